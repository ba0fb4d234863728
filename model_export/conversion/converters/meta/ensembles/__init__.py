"""Ensembles of any estimators."""
