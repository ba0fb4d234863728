"""The normal distribution and the error function, in doubles."""
