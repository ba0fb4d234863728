"""The function that writes bundles to shared storage."""
