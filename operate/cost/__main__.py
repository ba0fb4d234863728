"""Runs the command ``python -m operate.cost``."""

import sys

from operate.cost.command import main

if __name__ == "__main__":
    sys.exit(main())
