"""CloudWatch's API on this machine, in an environment of its own."""
