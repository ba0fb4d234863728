"""The lower bound of the platform."""
