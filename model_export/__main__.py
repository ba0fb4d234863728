"""The command line: ``python -m model_export MODEL --data FILE --name NAME``, or a subcommand."""

from __future__ import annotations

import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SUBCOMMANDS = ("check", "diff", "list", "profile", "serve", "verify")
"""Each has a module of its name; none is imported before it runs, as ``verify`` runs without the export's packages."""


def main(arguments: Sequence[str]) -> int:
    """Run the export or a subcommand.

    Returns
    -------
    int
        0 when all is well, 1 when a proof failed or a check found what blocks, 2 for wrong usage or input.
    """
    name = arguments[0] if arguments else ""
    rest = arguments[1:] if name in SUBCOMMANDS else arguments
    command = import_module(f"model_export.commands.{name if name in SUBCOMMANDS else 'export'}")
    code: int = command.main(rest)
    return code


def export_command() -> int:
    """Run ``inference-export``, which is installed with the wheel."""
    return main(sys.argv[1:])


def serve_command() -> int:
    """Run ``inference-serve``, likewise."""
    return main(["serve", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
