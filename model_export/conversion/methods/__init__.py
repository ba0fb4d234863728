"""Which converter writes which method of which estimator: the registry, and calls of it by the name of the method."""
