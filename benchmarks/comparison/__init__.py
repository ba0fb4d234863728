"""Compares this project with the ways that people use today: ``python -m benchmarks``."""
