"""Files of lines: CSV, JSON lines and Parquet, read so that no line is lost and none is guessed at."""

from __future__ import annotations

import csv
import json
import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from inference_lib.contract import Json

CSV_SUFFIX: Final = ".csv"
JSON_LINES_SUFFIXES: Final = (".jsonl", ".ndjson")
PARQUET_SUFFIX: Final = ".parquet"
SUFFIXES: Final = (CSV_SUFFIX, *JSON_LINES_SUFFIXES, PARQUET_SUFFIX)

MAX_LINE_BYTES: Final = 200_000
"""A line goes to the function with others in at most 240 000 bytes."""
MAX_HEADER_BYTES: Final = 10_240
"""https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html"""
EXACT: Final = 2**53
"""Whole numbers above it are not the same number for every reader of JSON."""
_BOM: Final = b"\xef\xbb\xbf"
_SHOWN_RAW: Final = 1_000


class BatchError(Exception):
    """A batch cannot be run; the message says why, and what to do."""


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
        What stands there, shortened, when it cannot be read.
    """

    number: int
    row: dict[str, Json] | None
    reason: str = ""
    raw: str = ""


class LineFile:
    """One file of lines.

    Parameters
    ----------
    path : Path
        Its suffix says how it is read.

    Attributes
    ----------
    is_text : bool
        Whether the values are text, as in CSV.
    columns : tuple of str
        Of the header of a CSV file or of the schema of a Parquet file; empty for JSON lines.
    is_plain : bool
        After all lines were read: whether every reader sees the same lines as this one. A file is not plain that has
        quotes, backslashes, spaces around cells, blank lines, Windows line ends, a byte order mark, or lines that
        cannot be read; a Parquet file never is.

    Raises
    ------
    BatchError
        The file is of another kind, or its header is not one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._suffix = suffix_of(path.name)
        self.is_text = self._suffix == CSV_SUFFIX
        self.is_plain = self._suffix != PARQUET_SUFFIX
        self.columns: tuple[str, ...] = ()
        if self.is_text:
            self.columns = self._header()
        elif self._suffix == PARQUET_SUFFIX:
            self.columns = tuple(_parquet(path).schema_arrow.names)

    def __iter__(self) -> Iterator[Line]:
        lines = {CSV_SUFFIX: self._csv_lines, PARQUET_SUFFIX: self._parquet_lines}.get(self._suffix, self._json_lines)
        for line in lines():
            if line.row is not None and len(json.dumps(line.row)) > MAX_LINE_BYTES:
                yield self._unreadable(line.number, f"the line is longer than {MAX_LINE_BYTES} bytes")
            else:
                yield line

    def _unreadable(self, number: int, reason: str, raw: str = "") -> Line:
        self.is_plain = False
        return Line(number, None, reason, raw[:_SHOWN_RAW])

    def _header(self) -> tuple[str, ...]:
        try:
            header = next(csv.reader(self._texts(), strict=True), [])
        except csv.Error as error:
            raise BatchError(f"{self.path.name}: the header cannot be read ({error})") from error
        if not any(header):
            raise BatchError(f"{self.path.name}: the first line is empty; expected the names of the columns")
        twice = sorted({name for name in header if header.count(name) > 1})
        if twice:
            raise BatchError(f"{self.path.name}: the column {twice[0]!r} stands twice in the header; expected it once")
        return tuple(header)

    def _texts(self) -> Iterator[str]:
        """Yield the lines of a CSV file as text, and look for what readers differ on."""
        with self.path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                text = raw.removeprefix(_BOM) if number == 1 else raw
                body = text.removesuffix(b"\n")
                if len(text) < len(raw) or not body or len(text) > MAX_HEADER_BYTES or _differs(body):
                    self.is_plain = False
                try:
                    yield text.decode()
                except UnicodeDecodeError as error:
                    raise BatchError(
                        f"{self.path.name}: line {number} is not text in UTF-8. Convert the file, for example: "
                        f"iconv -f LATIN1 -t UTF-8 {self.path.name} > utf8.csv"
                    ) from error

    def _csv_lines(self) -> Iterator[Line]:
        reader = csv.reader(self._texts(), strict=True)
        next(reader)
        while True:
            number = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._unreadable(number, f"the line is not CSV ({error})")
                continue
            if not cells:
                continue
            if len(cells) != len(self.columns):
                reason = f"expected {len(self.columns)} cells, as the header has, got {len(cells)}"
                yield self._unreadable(number, reason, ",".join(cells))
            else:
                yield Line(number, dict(zip(self.columns, cells, strict=True)))

    def _json_lines(self) -> Iterator[Line]:
        with self.path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                text = raw.removeprefix(_BOM) if number == 1 else raw
                if len(text) < len(raw) or not text.strip():
                    self.is_plain = False
                if not text.strip():
                    continue
                try:
                    row = _decode(text.decode())
                except (ValueError, RecursionError) as error:
                    shown = text.decode(errors="replace").strip()
                    yield self._unreadable(number, f"the line is not a JSON object that can be read ({error})", shown)
                else:
                    yield Line(number, row)

    def _parquet_lines(self) -> Iterator[Line]:
        number = 0
        for batch in _parquet(self.path).iter_batches():
            for values in batch.to_pylist():
                number += 1
                try:
                    yield Line(number, {name: _plain(name, value) for name, value in values.items()})
                except ValueError as error:
                    yield self._unreadable(number, str(error))


def _differs(body: bytes) -> bool:
    """Whether readers of CSV may differ on a line: quotes, escapes, other line ends, spaces around cells."""
    return b'"' in body or b"\\" in body or b"\r" in body or b", " in body or b" ," in body or body.strip() != body


def suffix_of(name: str) -> str:
    """Return the suffix of a file of lines.

    Raises
    ------
    BatchError
        The file is of another kind.
    """
    found = next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), "")
    if not found:
        raise BatchError(f"{name}: not a file of lines; expected a name that ends in {', '.join(SUFFIXES)}")
    return found


def _parquet(path: Path) -> Any:  # noqa: ANN401 - pyarrow ships no types
    import pyarrow as pa  # noqa: PLC0415 - half a second that other files need not wait for
    from pyarrow import parquet  # noqa: PLC0415

    try:
        return parquet.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise BatchError(f"{path.name}: not a Parquet file that can be read ({error})") from error


def _plain(name: str, value: object) -> Json:
    """Return a value of a Parquet file as JSON has it; NaN is a missing number, as everywhere in this product."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return _exact(value)
    if isinstance(value, float):
        if math.isinf(value):
            raise ValueError(f"{name}: infinity is no number that a model is asked with")
        return None if math.isnan(value) else value
    raise ValueError(f"{name}: expected a number, an integer, a text or a boolean, got {type(value).__name__}")


def _exact(value: int) -> int:
    if abs(value) > EXACT:
        raise ValueError("a whole number above 2^53 is another one for some readers of JSON; send it in a CSV file")
    return value


def _object(members: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    built = dict(members)
    if len(built) != len(members):
        raise ValueError("a name stands twice")
    return built


def _no_constant(name: str) -> Json:
    raise ValueError(f"JSON does not know {name}; expected null for a missing value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_no_constant, parse_int=lambda text: _exact(int(text))
)


def _decode(text: str) -> dict[str, Json]:
    found: Json = _DECODER.decode(text.strip())
    if not isinstance(found, dict):
        raise ValueError("it is another value")  # noqa: TRY004 - as the decoder's own errors
    return found
