"""The command behind ``make storage``: uploads the stack's bundle to shared storage before a deployment.

A stack that is served from its image has nothing to upload, so that a workflow can run this for every stack.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console

from operate.arguments import WRONG_USAGE, Parser
from operate.upload.command import main as upload

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

DONE = 0

_DESCRIPTION = """\
Upload the bundle of a stack to its shared storage if the stack is served from there (inference:modelSource efs), and do
nothing otherwise. Run it before each deployment: a function that starts without its bundle fails."""

_EXAMPLES = """\
examples:
  python -m operate.upload.stored --stack dev

exit codes: 0, 1 the upload failed, 2 wrong usage or no bundle
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = Parser("python -m operate.upload.stored", _DESCRIPTION, _EXAMPLES)
    made.add_argument("--stack", default="dev", help="stack that is deployed next (default: dev)")
    return made


def main(arguments: Sequence[str] | None = None, send: Callable[[Sequence[str]], int] = upload) -> int:
    """Run the command; returns 0, 1 if the upload failed, 2 for wrong usage."""
    options = parser().parse_args(arguments)
    # Reading the settings imports Pulumi, half a second that --help need not wait for.
    from infra.settings.files import StackFileError, configuration, require_stack  # noqa: PLC0415
    from infra.settings.subjects.storage import EFS  # noqa: PLC0415

    try:
        require_stack(options.stack)
        is_stored = configuration(options.stack)["inference:modelSource"] == EFS
    except StackFileError as error:
        Console(stderr=True).print(f"error: {error}", highlight=False, markup=False, soft_wrap=True)
        return WRONG_USAGE
    if not is_stored:
        Console().print(f"{options.stack} is served from its image: nothing to upload.", highlight=False)
        return DONE
    return send(["--stack", options.stack])


if __name__ == "__main__":
    sys.exit(main())
