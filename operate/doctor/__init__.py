"""Checks before the first deployment: tools, files of the stack, bundle and AWS account."""
