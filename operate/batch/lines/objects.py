"""Lines of JSON Lines files: each is an object, or has a reason why not."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Final

from operate.batch.lines.line import BOM, TOO_LONG, Line, is_too_long, unreadable
from operate.batch.lines.text import expect_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from inference_lib.contract.document import Json

EXACT: Final = 2**53
"""Above it, readers of JSON may parse a whole number differently."""


class JsonLines:
    """The lines of a JSON Lines file.

    Parameters
    ----------
    path : Path
        Path of the file.
    name : str
        Name of the file in messages.

    Attributes
    ----------
    columns : tuple of str
        Always empty: only the lines name them.
    is_plain : bool
        After all lines were read: whether there were neither blank lines nor a byte order mark.

    Raises
    ------
    FileRefused
        According to its first bytes, the file is not text in UTF-8.
    """

    columns = ()

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self.is_plain = True
        expect_text(path, name)

    def __iter__(self) -> Iterator[Line]:
        with self._path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                text = raw.removeprefix(BOM) if number == 1 else raw
                if len(text) < len(raw) or not text.strip():
                    self.is_plain = False
                if text.strip():
                    yield _line(number, text)


def _line(number: int, text: bytes) -> Line:
    try:
        row = _decode(text.decode())
    except (ValueError, RecursionError) as error:
        reason = f"the line is not a valid JSON object ({error})"
        return unreadable(number, reason, text.decode(errors="replace").strip())
    return unreadable(number, TOO_LONG, text.decode().strip()) if is_too_long(row) else Line(number, row)


def exact(value: int) -> int:
    """Return a whole number that every reader of JSON parses alike.

    Raises
    ------
    ValueError
        It is above 2^53.
    """
    if abs(value) > EXACT:
        raise ValueError("some readers of JSON change a whole number above 2^53; send it in a CSV file")
    return value


def _finite(text: str) -> float:
    # Python parses 1e999 as infinity, which is no JSON: a batch with it would be rejected completely.
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text[:20]} exceeds the range of 64-bit numbers")
    return value


def _object(members: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    built = dict(members)
    if len(built) != len(members):
        raise ValueError("a name occurs twice")
    return built


def _no_constant(name: str) -> Json:
    raise ValueError(f"JSON does not know {name}; expected null for a missing value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=_no_constant,
    parse_float=_finite,
    parse_int=lambda text: exact(int(text)),
)


def _decode(text: str) -> dict[str, Json]:
    found: Json = _DECODER.decode(text.strip())
    if not isinstance(found, dict):
        raise ValueError("it is another value")  # noqa: TRY004 - as the decoder's own errors
    return found
