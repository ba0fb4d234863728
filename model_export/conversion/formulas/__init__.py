"""Formulas that converters share, in doubles: functions, norms, ranks, interpolation, classes and missing values."""
