"""Commands that operate a stack or estimate for it: cost, capacity, smoke, batch, upload, build."""
