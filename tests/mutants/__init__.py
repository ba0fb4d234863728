"""Mutation testing: one token of the code is changed, and a test must fail."""
