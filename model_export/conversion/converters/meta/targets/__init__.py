"""Estimators that change the target, or predict several."""
