"""A model bundle in memory: loading and verification, golden answers, reference profile."""
