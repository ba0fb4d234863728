"""Tools of the measurements: paired rounds, whole processes, and the servers that they need."""
