"""Input files: CSV, JSON Lines and Parquet, read so that no line is lost or guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from operate.batch.errors import FileRefused
from operate.batch.lines.delimited import CsvLines
from operate.batch.lines.objects import JsonLines
from operate.batch.lines.parquet import ParquetLines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from operate.batch.lines.line import Line

CSV_SUFFIX: Final = ".csv"
JSON_LINES_SUFFIXES: Final = (".jsonl", ".ndjson")
PARQUET_SUFFIX: Final = ".parquet"
SUFFIXES: Final = (CSV_SUFFIX, *JSON_LINES_SUFFIXES, PARQUET_SUFFIX)


class LineFile:
    """One input file.

    Parameters
    ----------
    path : Path
        Path of the file; its suffix determines the format.
    keep : sequence of str
        Columns that are repeated in the results.
    name : str
        Name of the file in messages; the path by default.

    Attributes
    ----------
    is_text : bool
        Whether the values are text, as in CSV.
    columns : tuple of str
        Columns in the header of a CSV file or in the schema of a Parquet file; empty for JSON Lines.

    Raises
    ------
    FileRefused
        The file has another format, or a malformed header.
    """

    def __init__(self, path: Path, keep: Sequence[str] = (), name: str = "") -> None:
        self.name = name or path.name
        suffix = suffix_of(path.name)
        self.is_text = suffix == CSV_SUFFIX
        self._lines: CsvLines | JsonLines | ParquetLines
        if self.is_text:
            self._lines = CsvLines(path, self.name)
        elif suffix == PARQUET_SUFFIX:
            self._lines = ParquetLines(path, self.name, keep)
        else:
            self._lines = JsonLines(path, self.name)
        self.columns: tuple[str, ...] = self._lines.columns
        self._all_read = True

    def __iter__(self) -> Iterator[Line]:
        for line in self._lines:
            if line.row is None:
                self._all_read = False
            yield line

    @property
    def is_plain(self) -> bool:
        """Whether, after all lines were read, every reader parses the same lines.

        A file with quotes, backslashes, spaces around cells, blank lines, Windows line ends, a byte order mark or
        unreadable lines is not plain; nor is a Parquet file.
        """
        return self._all_read and self._lines.is_plain


def suffix_of(name: str) -> str:
    """Return the suffix of an input file.

    Raises
    ------
    FileRefused
        The file has another format.
    """
    found = next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), "")
    if not found:
        raise FileRefused(f"{name}: not an input file; expected a name that ends in {', '.join(SUFFIXES)}")
    return found


def folder_told(path: Path) -> str:
    """Return the message about a folder, such as Spark writes under the name of a file."""
    suffix = next((each for each in SUFFIXES if path.name.lower().endswith(each)), PARQUET_SUFFIX)
    return f"{path}: is a folder, expected an input file; name the files in it: {path}/*{suffix}"
