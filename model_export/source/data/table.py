"""Data files: a table of cells or of typed columns, and what is wrong with a file."""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

from model_export.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

TABLES: Final = (".csv", ".parquet")
SEPARATORS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_TABLE: Final = 2
_FEW_ROWS: Final = "Give at least one row; 50 or more make a proof worth having."


@dataclass(frozen=True)
class CsvForm:
    """How a CSV file is written.

    Parameters
    ----------
    separator : str
        Between cells.
    decimal : str
        The decimal mark of numbers, ``.`` or ``,``.
    """

    separator: str = ","
    decimal: str = "."


PLAIN: Final = CsvForm()


@dataclass(frozen=True)
class Table:
    """Rows as they were given.

    Parameters
    ----------
    frame : DataFrame
        One column for each name, names distinct. In a table of cells every value is a text.
    source : str
        Where it comes from, for messages.
    is_cells : bool
        Whether the values are the texts of a CSV file, which mean what the model knows.
    form : CsvForm
        How the cells are written.
    first_line : int
        Line of the file that holds the first row.
    has_header : bool
        Whether the names come from the file; a file without a header has ``column 1`` and so on.
    """

    frame: pd.DataFrame
    source: str
    is_cells: bool = False
    form: CsvForm = field(default=PLAIN)
    first_line: int = 2
    has_header: bool = True

    def renamed(self, names: Sequence[str]) -> Table:
        """Return the table of a file without a header, under the names of the model's features."""
        return Table(self.frame.set_axis(list(names), axis=1), self.source, self.is_cells, self.form, self.first_line)


def load_table(path: Path, form: CsvForm = PLAIN, known: Sequence[str] = ()) -> Table:
    """Read a table with one row for each instance.

    Parameters
    ----------
    path : Path
        A CSV file in UTF-8, or a Parquet file; what pandas wrote into a Parquet file as the index is no column.
    form : CsvForm
        How a CSV file is written.
    known : sequence of str
        Names that a header would hold, such as the model's features; a CSV file whose first line holds none of them,
        and as many cells, has no header. Empty where nothing is known: then the first line is the header.

    Raises
    ------
    InputError
        The file is missing, of another kind, unreadable or without rows.
    """
    if path.is_dir():
        raise InputError(f"{path}: is a folder; expected a CSV or Parquet file. Name one of the files in it.")
    if not path.is_file():
        raise InputError(f"{path}: no such data file. Expected a CSV or Parquet file with one row for each instance.")
    suffix = path.suffix.lower()
    if suffix not in TABLES:
        raise InputError(f"{path}: data files of type {path.suffix!r} are not read; expected {', '.join(TABLES)}.")
    if suffix == ".csv":
        return _csv(path, form, known)
    try:
        frame = pd.read_parquet(path)
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: cannot be read as PARQUET ({error}).") from error
    return Table(_checked(frame, str(path)), str(path))


def _csv(path: Path, form: CsvForm, known: Sequence[str]) -> Table:
    lines = _lines(path, form)
    header = lines[0] if lines else []
    if not any(header):
        raise InputError(f"{path}: cannot be read as CSV (the first line is empty). Expected the names of the columns.")
    if len(header) == 1:
        for mark in SEPARATORS:
            if mark != form.separator and mark in header[0]:
                option = "--separator tab" if mark == "\t" else f"--separator '{mark}'"
                raise InputError(
                    f"{path}: the columns look separated by {SEPARATORS[mark]} ({header[0][:60]!r}), and are read as "
                    f"separated by {SEPARATORS[form.separator]}. Say so: {option}."
                )
    has_header = not known or any(name in known for name in header)
    rows = lines[1:] if has_header else lines
    names = header if has_header else [f"column {place}" for place in range(1, len(header) + 1)]
    _expect_distinct(names, str(path))
    for number, row in enumerate(rows, 2 if has_header else 1):
        if len(row) != len(names):
            raise InputError(
                f"{path}: row {number} has {len(row)} cells, the first line {len(names)}. Put quotes around cells that "
                f"hold {SEPARATORS.get(form.separator, form.separator)}, or mend the row."
            )
    if not rows:
        raise InputError(f"{path}: holds no rows. {_FEW_ROWS}")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
    return Table(frame, str(path), is_cells=True, form=form, first_line=1 + has_header, has_header=has_header)


def _lines(path: Path, form: CsvForm) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row for row in csv.reader(file, delimiter=form.separator, strict=True) if row]
    except UnicodeDecodeError as error:
        with path.open("rb") as file:
            start = file.read(2)
        encoding = "UTF-16" if start in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else "LATIN1"
        raise InputError(
            f"{path}: is not text in UTF-8. Convert it, for example: "
            f"iconv -f {encoding} -t UTF-8 {path.name} > utf8.csv"
        ) from error
    except (csv.Error, OSError) as error:
        raise InputError(f"{path}: cannot be read as CSV ({error}).") from error


def named_table(data: NDArray[np.generic], names: Sequence[str] | None) -> Table:
    """Return an array as a table.

    Parameters
    ----------
    data : ndarray of shape (n_rows, n_features)
        One row for each instance.
    names : sequence of str
        One for each column.

    Raises
    ------
    InputError
        There are no names, or not one for each column.
    """
    if names is None or data.ndim != _TABLE or data.shape[1] != len(names):
        raise InputError(
            f"data: an array of shape {data.shape} with {len(names or ())} feature names. Give two dimensions and one "
            "name for each column: export(model, data, name=..., feature_names=[...])."
        )
    return checked_table(pd.DataFrame(data, columns=list(names)), "data")


def checked_table(data: pd.DataFrame | Mapping[str, Sequence[object]], source: str) -> Table:
    """Return data of Python as a table.

    Raises
    ------
    InputError
        There are no rows, or a name stands twice.
    """
    return Table(_checked(data if isinstance(data, pd.DataFrame) else pd.DataFrame(dict(data)), source), source)


def _checked(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    if frame.empty:
        raise InputError(f"{source}: holds no rows. {_FEW_ROWS}")
    renamed = frame.rename(columns=str)
    _expect_distinct(list(renamed.columns), source)
    return renamed.reset_index(drop=True)


def _expect_distinct(names: Sequence[str], source: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(f"{source}: has the column {name!r} twice. Rename one.")
        seen.add(name)
