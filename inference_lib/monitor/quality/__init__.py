"""Prediction quality: feedback joined with predictions, its measures, and the report."""
