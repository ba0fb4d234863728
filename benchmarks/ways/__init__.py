"""The alternatives, one folder each: typical code, and its locked requirements unless the function's serve."""
