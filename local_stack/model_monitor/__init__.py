"""The model monitor on this machine: its schedule and the AWS APIs that it calls."""
