"""Storage: shared file system, network, private buckets and the function that uploads bundles."""
