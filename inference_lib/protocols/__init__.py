"""Protocols: each translates between a body and the model's rows and predictions."""
