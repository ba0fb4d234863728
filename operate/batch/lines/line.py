"""One line of a file, and its maximum length."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_lib.contract.document import Json

MAX_LINE_BYTES: Final = 200_000
"""Lines are sent to the function together, in at most 240 000 bytes."""
TOO_LONG: Final = f"the line is longer than {MAX_LINE_BYTES} bytes"
BOM: Final = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line of a file.

    Parameters
    ----------
    number : int
        Line number as in an editor, or number of the row in a Parquet file; the first is 1.
    row : dict or None
        Its values by column, as text in a CSV file; None if it cannot be read.
    reason : str
        Why it cannot be read; empty if it can.
    raw : str
        Its text if it cannot be read.
    """

    number: int
    row: dict[str, Json] | None
    reason: str = ""
    raw: str = ""


def unreadable(number: int, reason: str, raw: str) -> Line:
    """Return an unreadable line with its text, which is cut only if it fits into no batch."""
    text = raw.removesuffix("\n").removesuffix("\r")
    if len(text) > MAX_LINE_BYTES:
        text = f"{text[:MAX_LINE_BYTES]} … (cut here, {len(text)} characters in total)"
    return Line(number, None, reason, text)


def is_too_long(row: Mapping[str, Json]) -> bool:
    """Whether a row fits into no batch."""
    return len(json.dumps(row, allow_nan=False)) > MAX_LINE_BYTES
