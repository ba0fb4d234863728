"""Locked environments, one for each way that is measured: ``python -m benchmarks.environments REQUIREMENTS``."""
