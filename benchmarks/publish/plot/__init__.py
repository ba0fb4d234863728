"""Pictures of the results, drawn in an environment of their own."""
