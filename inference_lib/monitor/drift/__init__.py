"""Drift: counts by bin, their comparison with the reference profile, and the report."""
