"""Builds of the container images with the local Docker engine."""
