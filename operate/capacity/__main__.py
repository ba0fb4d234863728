"""Runs the command ``python -m operate.capacity``."""

import sys

from operate.capacity.command import main

if __name__ == "__main__":
    sys.exit(main())
