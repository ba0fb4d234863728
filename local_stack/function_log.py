"""The function's log group: one file of JSON lines, with the platform records that Lambda adds.

References
----------
.. [1] https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class FunctionLog:
    """Appends lines to a log file; each line is on disk before the call returns.

    Parameters
    ----------
    path : Path
        The file; its folder is made when absent.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(self, line: str) -> None:
        """Write one line of the function's standard output."""
        self._file.write(line.rstrip("\n") + "\n")

    def platform(self, kind: str, record: dict[str, object]) -> None:
        """Write a record as Lambda's platform does, such as ``platform.report``."""
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.write(json.dumps({"time": moment, "type": f"platform.{kind}", "record": record}))

    def close(self) -> None:
        """Close the file."""
        self._file.close()
