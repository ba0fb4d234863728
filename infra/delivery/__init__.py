"""Deployment from GitHub: the roles, what a deployment may do, and its state."""
