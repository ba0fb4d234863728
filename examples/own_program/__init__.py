"""A Pulumi program of your own that serves two models in one stack."""
