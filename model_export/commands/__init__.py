"""The commands: export, check, verify, list, diff and profile."""
