"""Runs the command ``python -m infra.batch``."""

import sys

from infra.batch.command import main

if __name__ == "__main__":
    sys.exit(main())
