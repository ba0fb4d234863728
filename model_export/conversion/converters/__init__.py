"""Converters of our own, by the subject of the estimators that they convert."""
