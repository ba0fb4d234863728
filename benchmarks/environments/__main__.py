"""Create the environment of a lock if it does not exist, and print its Python."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.environments.locked import interpreter


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.environments", description=__doc__)
    parser.add_argument("requirements", type=Path, metavar="REQUIREMENTS", help="locked with hashes")
    print(interpreter(parser.parse_args().requirements))


if __name__ == "__main__":
    main()
