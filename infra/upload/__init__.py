"""Bundles to shared storage: ``python -m infra.upload``."""
