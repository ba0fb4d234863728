"""Parquet files that are damaged, or hold what JSON does not: a value costs its line, damage costs the file."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from operate.batch.errors import FileRefused
from operate.batch.lines.file import LineFile

if TYPE_CHECKING:
    from pathlib import Path


def _file(folder: Path, table: Any, keep: tuple[str, ...] = ()) -> LineFile:  # noqa: ANN401 - pyarrow ships no types
    parquet.write_table(table, folder / "a.parquet")
    return LineFile(folder / "a.parquet", keep)


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    table = pa.table([[1], [2], [3]], names=["a", "b", "a"])
    with pytest.raises(FileRefused, match=r"a.parquet: the column 'a' occurs twice in the schema; expected it once"):
        _file(tmp_path, table)


def test_damaged_pages_refuse_the_file_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"a": ["x" * 50] * 100}), path, use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[4:200] = b"\xaa" * 196
    path.write_bytes(content)
    lines = LineFile(path)
    with pytest.raises(FileRefused, match=r"^a.parquet: not a valid Parquet file \(.+\); write it again$"):
        list(lines)


def _texts(*values: bytes) -> Any:  # noqa: ANN401 - pyarrow ships no types
    return pa.Array.from_buffers(pa.string(), len(values), pa.array(values, pa.binary()).buffers())


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (_texts(b"x", b"\xff", b"y"), "b: the value cannot be read (the text is not in UTF-8)"),
        (pa.array([None, 2**31 - 1, None], pa.int32()).cast(pa.date32()), "b: the value cannot be read ("),
        (pa.array([None, 2**62, None], pa.timestamp("us")), "b: the value cannot be read ("),
        (pa.array([None, 1, None], pa.timestamp("ns")), "b: "),
    ],
    ids=["text in another encoding", "date out of range", "moment out of range", "nanoseconds"],
)
def test_a_value_that_is_none_costs_its_line_only(tmp_path: Path, values: Any, reason: str) -> None:  # noqa: ANN401
    first, bad, last = _file(tmp_path, pa.table({"a": [1, 2, 3], "b": values}))
    assert (first.row is None, bad.row, last.row is None) == (False, None, False)
    assert bad.number == 2
    assert bad.reason.startswith(reason)
    assert json.loads(bad.raw)["a"] == 2


def test_dates_and_decimals_are_kept_as_text(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    columns = {"day": date(2026, 1, 2), "at": moment, "of": time(3, 4), "sum": Decimal("1.50"), "n": 1.5}
    table = pa.table({name: [value] for name, value in columns.items()})
    (line,) = _file(tmp_path, table, ("day", "at", "of", "sum", "n"))
    assert line.row == {
        "day": "2026-01-02",
        "at": "2026-01-02T03:04:05+00:00",
        "of": "03:04:00",
        "sum": "1.50",
        "n": 1.5,
    }
    (line,) = _file(tmp_path, table, ("day", "at", "of"))
    assert line.reason == "sum: expected a number, an integer, a text or a boolean, got Decimal", "it is a feature"
