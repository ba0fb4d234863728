"""Lines of CSV files: a fault affects only its own line, even a quote that is never closed."""

from __future__ import annotations

import csv
from collections import deque
from typing import TYPE_CHECKING, Final

from operate.batch.errors import FileRefused
from operate.batch.lines.line import BOM, MAX_LINE_BYTES, TOO_LONG, Line, is_too_long, unreadable
from operate.batch.lines.text import expect_text, not_utf_8

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from inference_lib.contract.document import Json

MAX_HEADER_BYTES: Final = 10_240
"""https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html"""
_OTHER_SEPARATORS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}


class CsvLines:
    """The lines of a CSV file.

    Parameters
    ----------
    path : Path
        Path of the file.
    name : str
        Name of the file in messages.

    Attributes
    ----------
    columns : tuple of str
        Names in the header.
    is_plain : bool
        After all lines were read: whether all readers of CSV parse the file alike.

    Raises
    ------
    FileRefused
        The header is missing or malformed.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self.is_plain = True
        expect_text(path, name)
        self.columns = self._header()

    def __iter__(self) -> Iterator[Line]:
        source = _Source(self._texts())
        reader = csv.reader(source, strict=True)
        next(reader)
        while True:
            source.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield source.refuse(f"the line is not CSV ({error})")
                continue
            if cells:
                yield self._line(cells, source)

    def _line(self, cells: list[str], source: _Source) -> Line:
        if len(cells) != len(self.columns):
            return source.refuse(f"expected {len(self.columns)} cells, as the header has, got {len(cells)}")
        if source.may_end_a_cell():
            return source.refuse("a quoted cell of an unreadable line above may end here")
        row: dict[str, Json] = dict(zip(self.columns, cells, strict=True))
        return unreadable(source.first, TOO_LONG, source.text) if is_too_long(row) else Line(source.first, row)

    def _header(self) -> tuple[str, ...]:
        try:
            header = next(csv.reader(_Source(self._texts()), strict=True), [])
        except csv.Error as error:
            raise FileRefused(f"{self._name}: the header cannot be read ({error})") from error
        if not any(header):
            raise FileRefused(f"{self._name}: the first line is empty; expected the names of the columns")
        other = next((mark for mark in _OTHER_SEPARATORS if len(header) == 1 and mark in header[0]), "")
        if other:
            raise FileRefused(
                f"{self._name}: the columns are separated by {_OTHER_SEPARATORS[other]}; expected commas. "
                'Convert the file, for example with pandas: pd.read_csv(…, sep="…").to_csv(…, index=False)'
            )
        twice = sorted({name for name in header if header.count(name) > 1})
        if twice:
            raise FileRefused(f"{self._name}: the column {twice[0]!r} occurs twice in the header; expected it once")
        return tuple(header)

    def _texts(self) -> Iterator[str]:
        """Yield the lines of the file as text, and check whether readers would differ on them."""
        with self._path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                text = raw.removeprefix(BOM) if number == 1 else raw
                body = text.removesuffix(b"\n")
                if len(text) < len(raw) or not body or len(text) > MAX_HEADER_BYTES or _differs(body):
                    self.is_plain = False
                try:
                    yield text.decode()
                except UnicodeDecodeError as error:
                    raise not_utf_8(self._name, number) from error


class _Source:
    """Feeds a CSV reader with the lines of a file, and again with those that a faulty quoted cell has consumed.

    No line is read more than three times, however many quotes are never closed: a quote that is open at the end of a
    line at which a failed cell was open too would reach the same end. The lines that such a cell has passed are
    therefore read one by one.

    Parameters
    ----------
    texts : iterator of str
        The lines of the file.
    """

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._length = 0
        self._reached = 0
        """The last line that a faulty cell has reached."""
        self.first = 1
        """Number of the line at which the reader started."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        # A reader that requests a second line is within a quoted cell.
        if self._taken and self.first < self._reached:
            raise csv.Error("a quoted cell does not end")
        if self._taken and self._length > MAX_LINE_BYTES:
            raise csv.Error(f"a quoted cell does not end within {MAX_LINE_BYTES} bytes")
        text = self._again.popleft() if self._again else next(self._texts)
        self._taken.append(text)
        self._length += len(text)
        return text

    @property
    def text(self) -> str:
        """Lines that the reader consumed since it started."""
        return "".join(self._taken)

    def begin(self) -> None:
        """Start with the line after those that were consumed."""
        self.first += len(self._taken)
        self._taken.clear()
        self._length = 0

    def refuse(self, reason: str) -> Line:
        """Return the first consumed line as unreadable; the others are read again."""
        first, *others = self._taken
        if others:
            self._again.extendleft(reversed(others))
            self._reached = self.first + len(others)
            reason = f"{reason}; a quoted cell that starts here continues to line {self._reached}"
        self._taken = [first]
        return unreadable(self.first, reason, first)

    def may_end_a_cell(self) -> bool:
        """Whether the consumed lines look complete, but may end a cell that could not be read."""
        return self.first <= self._reached and len(self._taken) == 1 and self._taken[0].count('"') % 2 == 1


def _differs(body: bytes) -> bool:
    """Whether readers of CSV may differ on a line: quotes, escapes, other line ends, spaces around cells."""
    return b'"' in body or b"\\" in body or b"\r" in body or b", " in body or b" ," in body or body.strip() != body
