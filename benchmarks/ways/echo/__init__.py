"""The floor of the platform."""
