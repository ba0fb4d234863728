"""The local stack: what the Pulumi program declares, run on this machine."""
