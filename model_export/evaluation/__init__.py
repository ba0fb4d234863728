"""Evaluation of the model: metrics, footprint, memory and the reference profile."""
