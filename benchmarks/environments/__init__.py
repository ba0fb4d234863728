"""Locked environments for what is measured: ``python -m benchmarks.environments REQUIREMENTS``."""
