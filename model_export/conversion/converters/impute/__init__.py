"""Imputers, and what marks missing values."""
