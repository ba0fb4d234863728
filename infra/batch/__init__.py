"""Batch scoring: the state machine, its bucket and its role."""
