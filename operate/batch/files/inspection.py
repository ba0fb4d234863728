"""Inspection of a file before it is scored."""

from __future__ import annotations

import contextlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from operate.batch.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operate.batch.lines.file import LineFile

_MOST_NAMES = 10_000
"""Most names to collect, for objects that all have different names."""
_SHOWN_NAMES = 50


@dataclass(frozen=True, kw_only=True)
class Inspected:
    """The content of a file.

    Parameters
    ----------
    lines, readable : int
        Number of lines, and of readable lines.
    is_plain : bool
        Whether AWS Step Functions sees the same lines.
    """

    lines: int
    readable: int
    is_plain: bool


def inspect_lines(lines: LineFile, keep: Sequence[str]) -> Inspected:
    """Read a file once and return its content.

    Raises
    ------
    FileRefused
        It has no lines, or lacks a column to keep.
    """
    if lines.columns:
        _expect(keep, lines.columns, lines.name)
    total = readable = 0
    names: dict[str, None] = {}
    for line in lines:
        total += 1
        if line.row is not None:
            readable += 1
            names |= dict.fromkeys(line.row) if not lines.columns and len(names) < _MOST_NAMES else {}
    if not total:
        raise FileRefused(f"{lines.name}: the file has no lines; expected at least one to score")
    # Objects may lack a member; a name that no object has is misspelt.
    if names and len(names) < _MOST_NAMES:
        _expect(keep, tuple(names), lines.name)
    return Inspected(lines=total, readable=readable, is_plain=lines.is_plain)


def _expect(keep: Sequence[str], columns: Sequence[str], name: str) -> None:
    absent = [column for column in keep if column not in columns]
    if absent:
        shown = ", ".join(columns[:_SHOWN_NAMES]) + (" …" if len(columns) > _SHOWN_NAMES else "")
        raise FileRefused(f"{name}: --keep {absent[0]}: no such column; expected one of {shown}")


def write_copy(lines: LineFile, path: Path) -> None:
    """Write the readable lines as JSON Lines, which all readers parse alike."""
    with path.open("w", encoding="ascii") as copy:
        for line in lines:
            if line.row is not None:
                copy.write(json.dumps(line.row, allow_nan=False) + "\n")


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Yield a temporary folder for intermediate files."""
    with tempfile.TemporaryDirectory(prefix="batch-") as folder:
        yield Path(folder)
