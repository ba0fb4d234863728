"""Commands that act on a stack or estimate for it: cost, capacity, smoke, batch, upload, build."""
