"""The floor of a prediction."""
