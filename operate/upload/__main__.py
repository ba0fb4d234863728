"""Runs the command ``python -m operate.upload``."""

import sys

from operate.upload.command import main

if __name__ == "__main__":
    sys.exit(main())
