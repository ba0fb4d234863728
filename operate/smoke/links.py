"""The last lines of ``make up``: where the deployed stack is, and how to send the first request."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from operate.arguments import Parser

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

DONE, UNKNOWN = 0, 1

_LINKS = {
    "API": "api_url",
    "Dashboard": "dashboard_url",
    "Alarms": "alarms_url",
    "Logs": "logs_url",
    "Console": "console_url",
}
"""Outputs of the stack by the word before them; those that the stack does not have are left out."""

_DESCRIPTION = """\
Print where a deployed stack is: its API, dashboard, alarms and logs, and the command for the first request. It reads
the outputs of the stack, and prints no secret."""

_EXAMPLES = """\
examples:
  python -m operate.smoke.links --stack dev

exit codes: 0, 1 the outputs cannot be read, 2 wrong usage
"""


class OutputsError(Exception):
    """The outputs of a stack cannot be read; the message is one sentence with the fix."""


def outputs_of(stack: str) -> dict[str, Any]:
    """Return the outputs of a stack by name; secrets are masked.

    Raises
    ------
    OutputsError
        Pulumi is not installed, or has no such stack.
    """
    command = ["pulumi", "stack", "output", "--json", "--stack", stack]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours, without a shell
        outputs = json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, ValueError) as error:
        raise OutputsError(f"pulumi does not print the outputs of {stack}. Check: pulumi stack output") from error
    if not isinstance(outputs, dict):
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0].removeprefix("error: ")
        raise OutputsError(f"stack {stack}: its outputs are not known ({reason}). Deploy it: make up STACK={stack}")
    return outputs


def links(stack: str, outputs: Mapping[str, Any]) -> str:
    """Return the lines to print.

    Parameters
    ----------
    stack : str
        Name of the stack.
    outputs : dict of str to object
        Its outputs by name.
    """
    lines = [f"{word:<10} {outputs[name]}" for word, name in _LINKS.items() if outputs.get(name)]
    if command := outputs.get("predict_command"):
        lines += ["", "Send the first request:", f"  {command}"]
    if outputs.get("api_keys"):
        lines += [f"The keys of the callers: pulumi stack output api_keys --show-secrets --stack {stack}"]
    return "\n".join([*lines, f"Verify the predictions: make smoke STACK={stack}"])


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = Parser("python -m operate.smoke.links", _DESCRIPTION, _EXAMPLES)
    made.add_argument("--stack", default="dev", help="deployed stack (default: dev)")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0, or 1 if the outputs cannot be read."""
    options = parser().parse_args(arguments)
    try:
        outputs = outputs_of(options.stack)
    except OutputsError as error:
        sys.stderr.write(f"error: {error}\n")
        return UNKNOWN
    sys.stdout.write(f"\n{links(options.stack, outputs)}\n")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
