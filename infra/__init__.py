"""The cloud stack: Pulumi components by subject, and their settings."""
