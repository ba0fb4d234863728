"""The kinds of values of settings, and how each is parsed."""
