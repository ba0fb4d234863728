"""The function's log group: one file of JSON lines, with the platform records that Lambda adds.

References
----------
.. [1] https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import TYPE_CHECKING

from local_stack.machine.clock import Clock, iso
from local_stack.monitoring.insights.records import document_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def redated(line: str, moment: float) -> str:
    """Return a line of the function with the time of the stack's clock instead of real time.

    Parameters
    ----------
    line : str
        A JSON document with ``timestamp``, ``time`` or EMF's ``_aws.Timestamp``; any other is returned unchanged.
    moment : float, seconds since the epoch
        Of the stack's clock.
    """
    document = document_of(line)
    embedded = document.get("_aws")
    if isinstance(embedded, dict):
        embedded["Timestamp"] = int(moment * 1000)
    for name in ("timestamp", "time"):
        if name in document:
            document[name] = iso(moment)
    return json.dumps(document) if document else line


class FunctionLog:
    """Appends lines to a log file; each line is on disk before the call returns.

    With a clock that is faster than real time, lines have its time. When the disk is full, lines are lost, the stack
    keeps running, and reports the loss once.

    Parameters
    ----------
    path : Path
        The file; a missing folder is created.
    clock : Clock, optional
        Dates the platform records.
    on_line : callable, optional
        Called with each line, without its line break; metrics are extracted from it.
    """

    def __init__(self, path: Path, clock: Clock | None = None, on_line: Callable[[str], None] | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._clock = clock or Clock()
        self._on_line = on_line
        self._is_failing = False

    def write(self, line: str) -> None:
        """Write one line of the function's standard output."""
        line = line.rstrip("\n")
        if self._clock.speed != 1:
            line = redated(line, self._clock.now())
        try:
            self._file.write(line + "\n")
            self._is_failing = False
        except OSError as error:
            if not self._is_failing:
                print(f"{self.path}: log lines are lost ({error.strerror})", file=sys.stderr)  # noqa: T201 - the log itself fails
            self._is_failing = True
        if self._on_line is not None:
            self._on_line(line)

    def platform(self, kind: str, record: dict[str, object]) -> None:
        """Write a record as Lambda's platform does, such as ``platform.report``."""
        self.write(json.dumps({"time": iso(self._clock.now()), "type": f"platform.{kind}", "record": record}))

    def close(self) -> None:
        """Close the file; lines that do not fit on a full disk are lost."""
        with contextlib.suppress(OSError):
            self._file.close()
