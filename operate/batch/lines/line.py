"""One line of a file, and how long it may be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_lib.contract.document import Json

MAX_LINE_BYTES: Final = 200_000
"""A line goes to the function with others in at most 240 000 bytes."""
TOO_LONG: Final = f"the line is longer than {MAX_LINE_BYTES} bytes"
BOM: Final = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line of a file.

    Parameters
    ----------
    number : int
        In the file as an editor counts, or of the row in a Parquet file; the first is 1.
    row : dict or None
        Its values by column; text where the file is CSV. None when it cannot be read.
    reason : str
        Why it cannot be read; empty when it can.
    raw : str
        What stands there when it cannot be read.
    """

    number: int
    row: dict[str, Json] | None
    reason: str = ""
    raw: str = ""


def unreadable(number: int, reason: str, raw: str) -> Line:
    """Return a line that cannot be read, with what stands there; only what no batch could hold is cut."""
    text = raw.removesuffix("\n").removesuffix("\r")
    if len(text) > MAX_LINE_BYTES:
        text = f"{text[:MAX_LINE_BYTES]} … (cut here, {len(text)} characters in all)"
    return Line(number, None, reason, text)


def is_too_long(row: Mapping[str, Json]) -> bool:
    """Whether no batch has room for a row."""
    return len(json.dumps(row, allow_nan=False)) > MAX_LINE_BYTES
