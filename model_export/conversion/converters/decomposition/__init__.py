"""Projections to other columns."""
