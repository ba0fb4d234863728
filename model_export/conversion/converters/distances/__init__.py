"""Estimators that measure distances or kernels: neighbours, support vectors, Gaussian processes, clusters."""
