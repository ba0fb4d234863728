"""What the earlier systems of many teams do."""
