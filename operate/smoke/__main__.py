"""Runs the command ``python -m operate.smoke``."""

import sys

from operate.smoke.command import main

if __name__ == "__main__":
    sys.exit(main())
