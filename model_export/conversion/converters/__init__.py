"""Converters of our own, named after the estimators that they convert."""
