"""Batch scoring: starts the declared state machine, and gathers the result of each line."""
