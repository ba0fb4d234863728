"""The model: the form of its features, and the files of its bundle on this machine."""
