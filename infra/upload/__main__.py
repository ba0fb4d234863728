"""Runs the command ``python -m infra.upload``."""

import sys

from infra.upload.command import main

if __name__ == "__main__":
    sys.exit(main())
