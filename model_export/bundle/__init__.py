"""A bundle on disk: written, listed, compared, and where it comes from."""
