"""The local stack: runs the resources of the Pulumi program on this machine."""
