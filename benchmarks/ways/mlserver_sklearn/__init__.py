"""A model server."""
