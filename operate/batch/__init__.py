"""Scores whole files: starts the declared state machine, and gathers what it says of each line."""
