"""Pictures of what was measured, in an environment of their own."""
