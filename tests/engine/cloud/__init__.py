"""An account of AWS with the providers that act on it."""
