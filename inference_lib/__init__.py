"""The inference library: everything that runs inside the function, and nothing else."""
