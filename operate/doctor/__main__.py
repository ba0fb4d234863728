"""Runs the command ``python -m operate.doctor``."""

import sys

from operate.doctor.command import main

if __name__ == "__main__":
    sys.exit(main())
