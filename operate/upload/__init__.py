"""Bundles to shared storage: ``python -m operate.upload``."""
