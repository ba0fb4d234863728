"""The model: its features as a form, and the files that its export left on this machine."""
