"""The program's resources as a Terraform configuration, and the real AWS provider on it.

pulumi-aws is a bridge of Terraform's AWS provider, so its resources, under their Terraform names, are what
``pulumi up`` would hand to that provider. Here the provider gets them from Terraform, and talks to a moto server.
"""
