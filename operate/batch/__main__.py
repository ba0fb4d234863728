"""Runs the command ``python -m operate.batch``."""

import sys

from operate.batch.command import main

if __name__ == "__main__":
    sys.exit(main())
