"""The files of a batch: inspection, and the paths of the results."""
