"""Replays a log against the declared alarms."""
