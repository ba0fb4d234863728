"""The console: what the API does, for people. It knows the API's address and nothing else."""
