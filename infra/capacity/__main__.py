"""Runs the command ``python -m infra.capacity``."""

import sys

from infra.capacity.command import main

if __name__ == "__main__":
    sys.exit(main())
