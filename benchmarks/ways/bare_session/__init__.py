"""The lower bound of a prediction."""
