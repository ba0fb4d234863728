"""Measurements of this project, and of the alternatives that it is compared with."""
