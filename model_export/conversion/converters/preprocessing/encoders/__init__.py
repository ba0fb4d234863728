"""Encoders: from categories to numbers."""
