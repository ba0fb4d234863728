"""Estimates what a stack costs in a month: ``python -m operate.cost --help``."""
