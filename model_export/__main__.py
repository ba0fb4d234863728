"""The command line: ``python -m model_export MODEL --data FILE --name NAME`` and ``... verify BUNDLE``."""

from __future__ import annotations

import sys

from model_export import verify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

VERIFY = "verify"


def main(arguments: Sequence[str]) -> int:
    """Run the command, and import what it needs only then: ``verify`` runs without the export's packages.

    Returns
    -------
    int
        0 when all is well, 1 when a proof failed, 2 for wrong usage or input.
    """
    if arguments and arguments[0] == VERIFY:
        return verify.main(arguments[1:])
    from model_export import command  # noqa: PLC0415 - it imports scikit-learn and the converter

    return command.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
