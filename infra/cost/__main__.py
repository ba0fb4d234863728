"""Runs the command ``python -m infra.cost``."""

import sys

from infra.cost.command import main

if __name__ == "__main__":
    sys.exit(main())
