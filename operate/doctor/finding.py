"""The outcome of one check."""

from __future__ import annotations

from dataclasses import dataclass

OK = "ok"
NOTE = "note"
SKIPPED = "skipped"
BLOCKED = "blocked"
"""The deployment fails until this is fixed."""


@dataclass(frozen=True)
class Finding:
    """The outcome of one check, which is printed as one line.

    Parameters
    ----------
    check : str
        What was checked, in a few words.
    state : str
        ``OK``, ``NOTE``, ``SKIPPED`` or ``BLOCKED``.
    text : str
        What was found; unless the state is ``OK``, also the fix, which is a command where there is one.
    """

    check: str
    state: str
    text: str


def first_line(text: str) -> str:
    """Return the first line of a program's output that is not empty, without the word ``error:`` before it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0].removeprefix("error: ").rstrip(".") if lines else "no reason given"
