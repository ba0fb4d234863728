"""The files of a batch: sources, inspection and the places of the results."""
