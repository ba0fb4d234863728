"""The cloud stack: one Pulumi component a file, and the settings that they take."""
