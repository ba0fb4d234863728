"""The access log of the stage, in the format that the program declares.

References
----------
.. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_stack.declared.evaluation import Declared

_VARIABLE = re.compile(r"\$context\.([\w.]+)")


class AccessLog:
    """Appends a line for each request.

    Parameters
    ----------
    path : Path
        The file.
    line : str
        The format, with variables such as ``$context.status``; one without a value is a hyphen.
    """

    def __init__(self, path: Path, line: str) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._line = line

    def write(self, context: Mapping[str, object]) -> None:
        """Write the line of one request; it is lost when the disk is full."""

        def value(match: re.Match[str]) -> str:
            found = context.get(match[1])
            # The values are between quotation marks.
            return "-" if found is None else str(found).replace("\\", "\\\\").replace('"', '\\"')

        with contextlib.suppress(OSError):
            self._file.write(_VARIABLE.sub(value, self._line) + "\n")

    def close(self) -> None:
        """Close the file."""
        with contextlib.suppress(OSError):
            self._file.close()


def access_log(declared: Declared, path: Path) -> AccessLog | None:
    """Return the access log that the stage declares; None when it declares none."""
    settings: Mapping[str, Any] = declared.one("apigateway/stage:Stage").inputs.get("accessLogSettings") or {}
    return AccessLog(path, settings["format"]) if settings.get("format") else None
