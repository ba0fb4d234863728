"""What was measured last, as the pages and pictures quote it."""
