"""Rows of Parquet files: each as JSON, or with a reason why not."""

from __future__ import annotations

import json
import math
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from operate.batch.errors import FileRefused
from operate.batch.lines.line import TOO_LONG, Line, is_too_long, unreadable
from operate.batch.lines.objects import exact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from inference_lib.contract.document import Json


class ParquetLines:
    """The rows of a Parquet file.

    Parameters
    ----------
    path : Path
        Path of the file.
    name : str
        Name of the file in messages.
    keep : sequence of str
        Columns that are repeated in the results: their dates and decimals become text.

    Attributes
    ----------
    columns : tuple of str
        Columns of the schema; an index that pandas wrote is left out unless it is kept.
    is_plain : bool
        Always false: which types of Parquet AWS Step Functions reads is not documented.

    Raises
    ------
    FileRefused
        It cannot be read, or has a column twice.
    """

    is_plain = False

    def __init__(self, path: Path, name: str, keep: Sequence[str]) -> None:
        self._path = path
        self._name = name
        self._keep = frozenset(keep)
        schema = self._open().schema_arrow
        index = _pandas_index(schema.metadata or {}) - self._keep
        self.columns = tuple(column for column in schema.names if column not in index)
        twice = sorted({column for column in self.columns if self.columns.count(column) > 1})
        if twice:
            raise FileRefused(f"{name}: the column {twice[0]!r} occurs twice in the schema; expected it once")

    def __iter__(self) -> Iterator[Line]:
        number = 0
        for batch in self._batches():
            for values in zip(*map(_values, batch.columns), strict=True):
                number += 1
                yield self._line(number, dict(zip(self.columns, values, strict=True)))

    def _line(self, number: int, values: Mapping[str, object]) -> Line:
        try:
            row = {name: self._plain(name, value) for name, value in values.items()}
        except ValueError as error:
            return unreadable(number, str(error), _shown(values))
        return unreadable(number, TOO_LONG, _shown(values)) if is_too_long(row) else Line(number, row)

    def _plain(self, name: str, value: object) -> Json:
        if name in self._keep and isinstance(value, (date, time)):
            return value.isoformat()
        if name in self._keep and isinstance(value, Decimal):
            return str(value)
        return _plain(name, value)

    def _open(self) -> Any:  # noqa: ANN401 - pyarrow ships no types
        from pyarrow import parquet  # noqa: PLC0415 - half a second that other files need not wait for

        with self._readable():
            return parquet.ParquetFile(self._path)

    def _batches(self) -> Iterator[Any]:
        with self._readable():
            yield from self._open().iter_batches(columns=list(self.columns))

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Turn the errors of pyarrow within the block into a refusal of the file."""
        import pyarrow as pa  # noqa: PLC0415 - half a second that other files need not wait for

        try:
            yield
        except (pa.ArrowException, OSError) as error:
            said = " ".join(str(error).split())
            raise FileRefused(f"{self._name}: not a valid Parquet file ({said}); write it again") from error


def _pandas_index(metadata: Mapping[bytes, bytes]) -> set[str]:
    """Return the columns that pandas wrote as the index, such as the row numbers after ``train_test_split`` [1]_.

    .. [1] https://pandas.pydata.org/docs/development/developer.html#storing-pandas-dataframe-objects-in-apache-parquet-format
    """
    try:
        found = json.loads(metadata.get(b"pandas", b"{}"))["index_columns"]
    except (ValueError, KeyError, TypeError):
        return set()
    # A range index is described by an object and is no column.
    return {name for name in found if isinstance(name, str)} if isinstance(found, list) else set()


class _Damaged(NamedTuple):
    """A damaged value, with the reason."""

    reason: str


def _values(column: Any) -> list[object]:  # noqa: ANN401 - pyarrow ships no types
    """Return the values of a column; a damaged value is replaced by its reason."""
    try:
        values: list[object] = column.to_pylist()
    except (ValueError, OverflowError):
        return [_value(each) for each in column]
    return values


def _value(scalar: Any) -> object:  # noqa: ANN401 - pyarrow ships no types
    try:
        value: object = scalar.as_py()
    except UnicodeDecodeError:
        return _Damaged("the text is not in UTF-8")
    except (ValueError, OverflowError) as error:
        return _Damaged(str(error))
    return value


def _plain(name: str, value: object) -> Json:
    """Return a value as JSON; NaN is a missing number, as everywhere in this product."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return exact(value)
    if isinstance(value, float):
        if math.isinf(value):
            raise ValueError(f"{name}: infinity cannot be sent to a model")
        return None if math.isnan(value) else value
    if isinstance(value, _Damaged):
        raise ValueError(f"{name}: the value cannot be read ({value.reason})")  # noqa: TRY004 - as the others
    raise ValueError(f"{name}: expected a number, an integer, a text or a boolean, got {type(value).__name__}")


def _shown(values: Mapping[str, object]) -> str:
    """Return a row that JSON cannot represent as JSON, with its other values as text."""
    return json.dumps({name: _showable(value) for name, value in values.items()}, ensure_ascii=False, allow_nan=False)


def _showable(value: object) -> Json:
    if value is None or isinstance(value, (bool, int, str)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return value.reason if isinstance(value, _Damaged) else str(value)
