"""Vectorizers: texts cut into words or letters, counted or hashed."""
