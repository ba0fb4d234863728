"""Reads the part of a log file from a given time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_stack.monitoring.insights.records import document_of, time_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_EARLY_S = 60.0
"""Lines may be out of order by up to this time."""

_BLOCK = 1 << 20


def lines_since(path: Path, start: float) -> Iterator[str]:
    """Yield the lines of a log from a time on, found by bisection.

    Parameters
    ----------
    path : Path
        JSON lines, oldest first.
    start : float, seconds since the epoch
        Lines that are much older may be left out.
    """
    with path.open("rb") as file:
        file.seek(_offset(file, path.stat().st_size, start - _EARLY_S))
        for line in file:
            yield line.decode(errors="replace")


def _offset(file: BinaryIO, size: int, start: float) -> int:
    low, high = 0, size
    while high - low > _BLOCK:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline()
        moment = _next_time(file)
        if moment is not None and moment < start:
            low = middle
        else:
            high = middle
    if low:
        # Skip the rest of a line that begins before.
        file.seek(low)
        file.readline()
        return file.tell()
    return 0


def _next_time(file: BinaryIO) -> float | None:
    read = 0
    for line in file:
        moment = time_of(document_of(line.decode(errors="replace")))
        read += len(line)
        if moment is not None or read > _BLOCK:
            return moment
    return None
