"""How a stack scales with its traffic: ``python -m infra.capacity --help``."""
