"""Captured requests: files, rows, and the new reference profile."""
