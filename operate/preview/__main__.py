"""Runs the command ``python -m operate.preview``."""

import sys

from operate.preview.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
