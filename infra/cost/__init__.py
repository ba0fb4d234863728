"""What a stack costs in a month: ``python -m infra.cost --help``."""
