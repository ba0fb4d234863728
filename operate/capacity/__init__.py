"""Estimates how a stack scales with its traffic: ``python -m operate.capacity --help``."""
