"""Golden requests to a deployed API: ``python -m infra.smoke --help``."""
