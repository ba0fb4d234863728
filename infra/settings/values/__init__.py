"""The kinds of values that a setting can have, and how each is read."""
