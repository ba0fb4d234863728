"""What most people do."""
