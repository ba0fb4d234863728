"""Golden requests to a deployed API: ``python -m operate.smoke --help``."""
