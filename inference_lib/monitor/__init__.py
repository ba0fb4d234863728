"""The model monitor: a second function that runs on a schedule and reports drift and loss of quality."""
