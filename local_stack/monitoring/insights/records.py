"""The records of a log, and the values of their fields as Logs Insights sees them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from local_stack.machine.clock import seconds

Value = str | float | None
"""A text, a number, or nothing; a boolean is 0 or 1."""

TIMESTAMP, MESSAGE, LOG_STREAM, LOG = "@timestamp", "@message", "@logStream", "@log"


class Record:
    """One line of the log, with its own fields and those that the query has added.

    Parameters
    ----------
    line : str
        The text.
    document : dict
        The line, parsed; empty when it is not a JSON object.
    moment : float, seconds since the epoch
        Time at which it was written.
    log : str
        Name of the log group.
    """

    __slots__ = ("_document", "made", "moment")

    def __init__(self, line: str, document: dict[str, Any], moment: float, log: str) -> None:
        self._document = document
        self.moment = moment
        stream = document.get("logStreamId") or "local"
        self.made: dict[str, Value] = {TIMESTAMP: moment * 1000, MESSAGE: line, LOG_STREAM: stream, LOG: log}

    def get(self, name: str) -> Value:
        """Return the value of a field, by its dotted path; None when there is none."""
        if name in self.made:
            return self.made[name]
        return _plain(_find(self._document, name))


def _find(document: Any, path: str) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(document, dict):
        if path in document:
            return document[path]
        # Names of members may contain dots themselves.
        end = path.find(".")
        while end > 0:
            if path[:end] in document:
                return _find(document[path[:end]], path[end + 1 :])
            end = path.find(".", end + 1)
    elif isinstance(document, list):
        first, _, rest = path.partition(".")
        if first.isdecimal() and int(first) < len(document):
            return _find(document[int(first)], rest) if rest else document[int(first)]
    return None


def _plain(value: Any) -> Value:  # noqa: ANN401 - any JSON value
    if isinstance(value, bool | int):
        try:
            return float(value)
        except OverflowError:
            return str(value)
    return value if isinstance(value, str | float) else None


def time_of(document: dict[str, Any]) -> float | None:
    """Return the time of a record of the function, in seconds since the epoch; None if it has no time."""
    try:
        if "_aws" in document:
            return float(document["_aws"]["Timestamp"]) / 1000
        return seconds(document.get("timestamp") or document["time"])
    except (LookupError, TypeError, ValueError):
        return None


def document_of(line: str) -> dict[str, Any]:
    """Return a line, parsed; empty when it is not a JSON object."""
    if not line.startswith("{"):
        return {}
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def number(value: Value) -> float | None:
    """Return a value as a number, or None when it is not one."""
    if isinstance(value, float):
        return value
    try:
        return float(value) if value is not None else None
    except ValueError:
        return None


def text(value: Value, *, is_time: bool = False) -> str:
    """Return a value as Logs Insights prints it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if is_time:
        return datetime.fromtimestamp(value / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    if value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - all digits of a double
        return str(int(value))
    small = 0.001
    return f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) >= small else f"{value:.5g}"
