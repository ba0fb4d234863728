"""Uploads bundles to shared storage: ``python -m operate.upload``."""
