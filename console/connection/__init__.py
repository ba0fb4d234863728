"""The connection of the console: its API and its monitoring."""
