"""Batch scoring on this machine."""
