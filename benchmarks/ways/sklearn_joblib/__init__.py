"""The most common way."""
