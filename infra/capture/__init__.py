"""Capture of requests: the delivery stream, its bucket, policies and settings."""
