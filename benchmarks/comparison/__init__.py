"""Compares this project with the usual alternatives: ``python -m benchmarks``."""
