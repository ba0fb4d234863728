"""What comes in: model files, data files, the fitted model's anatomy and its features."""
