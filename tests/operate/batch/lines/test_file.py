"""Files of lines: each line is read in one way, or told why not."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from operate.batch.errors import BatchError, FileRefused
from operate.batch.lines.file import LineFile
from operate.batch.lines.line import Line

if TYPE_CHECKING:
    from pathlib import Path

OTHER_STARTS = (b"\x1f\x8b", b"PK\x03\x04", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


def _file(folder: Path, content: str | bytes, name: str = "a.csv") -> LineFile:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return LineFile(path)


def test_cells_of_csv_stay_text(tmp_path: Path) -> None:
    lines = _file(tmp_path, "age,name\n1.50,\n007,Ann\n")
    assert list(lines) == [Line(2, {"age": "1.50", "name": ""}), Line(3, {"age": "007", "name": "Ann"})]
    assert (lines.columns, lines.is_text, lines.is_plain) == (("age", "name"), True, True)


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ('a,b\n"1,5",2\n', [(2, {"a": "1,5", "b": "2"})]),
        ('a,b\n"x\ny",2\n3,4\n', [(2, {"a": "x\ny", "b": "2"}), (4, {"a": "3", "b": "4"})]),
        ("\ufeffa,b\n1,2\n", [(2, {"a": "1", "b": "2"})]),
        ("a,b\n1,2\n\n3,4\n", [(2, {"a": "1", "b": "2"}), (4, {"a": "3", "b": "4"})]),
        ("a,b\r\n1,2\r\n", [(2, {"a": "1", "b": "2"})]),
        ("a,b\n1, 2\n", [(2, {"a": "1", "b": " 2"})]),
        ("a,b\n1,2 \n", [(2, {"a": "1", "b": "2 "})]),
        ("a,b\n1,\\2\n", [(2, {"a": "1", "b": "\\2"})]),
    ],
    ids=[
        "quotes",
        "line break in a cell",
        "byte order mark",
        "blank line",
        "Windows line ends",
        "space before a cell",
        "space at the end",
        "backslash",
    ],
)
def test_what_readers_differ_on_is_read_here(
    tmp_path: Path, content: str, rows: list[tuple[int, dict[str, str]]]
) -> None:
    lines = _file(tmp_path, content)
    assert [(line.number, line.row) for line in lines] == rows
    assert not lines.is_plain, "so that AWS Step Functions gets a copy that is read in one way"


@pytest.mark.parametrize(
    ("content", "number", "reason"),
    [
        ("a,b\n1,2,3\n", 2, "expected 2 cells, as the header has, got 3"),
        ("a,b\n1\n", 2, "expected 2 cells, as the header has, got 1"),
        ('a,b\n"1"x,2\n', 2, "the line is not CSV (',' expected after '\"')"),
        ('a,b\n1,2\n"3,4\n5,6\n', 3, "the line is not CSV (unexpected end of data)"),
        (f"a,b\n1,{'x' * 200_000}\n", 2, "field larger than field limit"),
    ],
)
def test_a_line_of_csv_that_is_none_is_told_where(tmp_path: Path, content: str, number: int, reason: str) -> None:
    lines = _file(tmp_path, content)
    (bad,) = [line for line in lines if line.row is None]
    assert bad.number == number
    assert reason in bad.reason
    assert not lines.is_plain


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the first line is empty"),
        (b"a;b\n1;2\n", "a.csv: the columns are separated by semicolons; expected commas. Convert the file"),
        (b"a\tb\n1\t2\n", "separated by tabs"),
        (b"\na,b\n", "the first line is empty"),
        (b"a,b,a\n1,2,3\n", "the column 'a' occurs twice in the header; expected it once"),
        (b'"a,b\n', "the header cannot be read"),
    ],
)
def test_a_header_that_is_none_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(BatchError, match=message):
        _file(tmp_path, content)


def test_text_that_is_not_utf_8_is_refused_with_its_place(tmp_path: Path) -> None:
    lines = _file(tmp_path, "a\nok\nsch\xf6n\n".encode("latin-1"))
    with pytest.raises(BatchError, match=r"a.csv: line 3 is not text in UTF-8. Convert the file, for example: iconv"):
        list(lines)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a b.csv",
            gzip.compress(b"a\n1\n", mtime=0),
            "is compressed with gzip, .* gunzip -c < 'a b.csv' > unpacked.csv",
        ),
        ("a.jsonl", gzip.compress(b"{}\n", mtime=0), "gunzip -c < a.jsonl > unpacked.jsonl"),
        ("a.csv", "a\n1\n".encode("utf-16"), "is text in UTF-16, .* iconv -f UTF-16 -t UTF-8 a.csv > utf8.csv"),
        ("a.ndjson", codecs.BOM_UTF16_BE + "{}".encode("utf-16-be"), "iconv -f UTF-16 -t UTF-8 a.ndjson > utf8.ndjson"),
        ("a.csv", "a\n1\n".encode("utf-32"), "iconv -f UTF-32 -t UTF-8 a.csv"),
        ("a.csv", b"PK\x03\x04", "is a ZIP archive or a workbook"),
    ],
)
def test_a_file_of_another_kind_under_a_name_of_text_is_told_by_its_first_bytes(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(FileRefused, match=f"^{name}: .*{message}"):
        _file(tmp_path, content, name)


def test_json_lines_keep_their_types(tmp_path: Path) -> None:
    lines = _file(tmp_path, '{"a": 1, "b": null}\n{"a": 1.0, "b": "x"}\n', "a.jsonl")
    assert list(lines) == [Line(1, {"a": 1, "b": None}), Line(2, {"a": 1.0, "b": "x"})]
    assert (lines.columns, lines.is_text, lines.is_plain) == ((), False, True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "Expecting property name"),
        ("[1]", "it is another value"),
        ('{"a": 1, "a": 2}', "a name occurs twice"),
        ('{"a": NaN}', "JSON does not know NaN; expected null for a missing value"),
        ('{"a": 9007199254740993}', "some readers of JSON change a whole number above 2^53"),
        ("[" * 100_000, "not a valid JSON object"),
        ('{"a": 1e999}', "1e999 exceeds the range of 64-bit numbers"),
        ('{"a": -1e400}', "-1e400 exceeds the range of 64-bit numbers"),
    ],
)
def test_a_json_line_that_is_none_is_told_where(tmp_path: Path, text: str, reason: str) -> None:
    lines = _file(tmp_path, f'{{"a": 1}}\n\n{text}\n{{"a": 2}}\n', "a.ndjson")
    first, bad, last = lines
    assert (first.number, bad.number, last.number) == (1, 3, 4)
    assert bad.row is None
    assert reason in bad.reason
    assert bad.raw == text
    assert not lines.is_plain


def test_rows_of_parquet_are_as_json_has_them(tmp_path: Path) -> None:
    table = pa.table(
        {"n": [1.5, math.nan, None], "i": [1, None, 2**53], "s": ["x", "", None], "b": [True, None, False]}
    )
    parquet.write_table(table, tmp_path / "a.parquet")
    lines = LineFile(tmp_path / "a.parquet")
    assert [line.row for line in lines] == [
        {"n": 1.5, "i": 1, "s": "x", "b": True},
        {"n": None, "i": None, "s": "", "b": None},
        {"n": None, "i": 2**53, "s": None, "b": False},
    ]
    assert (lines.columns, lines.is_text, lines.is_plain) == (("n", "i", "s", "b"), False, False)


@pytest.mark.parametrize("value", [datetime(2026, 1, 1, tzinfo=UTC), [1], b"x", math.inf, 2**53 + 1])
def test_values_that_json_does_not_have_are_refused_with_their_row(tmp_path: Path, value: object) -> None:
    parquet.write_table(pa.table({"a": [value]}), tmp_path / "a.parquet")
    (line,) = LineFile(tmp_path / "a.parquet")
    assert (line.number, line.row) == (1, None)
    assert line.reason.startswith("a") or "2^53" in line.reason
    assert json.loads(line.raw) == {"a": value if isinstance(value, int) else str(value)}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.txt", "a.txt: not an input file; expected a name that ends in .csv, .jsonl, .ndjson, .parquet"),
        ("a.csv.gz", "a.csv.gz: not an input file"),
        ("a.parquet", "a.parquet: not a valid Parquet file"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(BatchError, match=message):
        _file(tmp_path, "x", name)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_line_that_no_batch_could_hold_is_told_so(tmp_path: Path, name: str) -> None:
    cells = ",".join(["x" * 100_000] * 3)
    content = f"a,b,c\n{cells}\n" if name == "a.csv" else json.dumps({"a": "x" * 300_000})
    (line,) = _file(tmp_path, content, name)
    assert line.reason == "the line is longer than 200000 bytes"
    length = len(content.removeprefix("a,b,c\n").removesuffix("\n"))
    assert line.raw[:5] == content.removeprefix("a,b,c\n")[:5]
    assert line.raw.endswith(f" … (cut here, {length} characters in total)"), "what is cut says so"


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=5))
def test_every_row_that_a_writer_of_csv_writes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("a", "b"), *rows])
    found = _file(tmp_path_factory.mktemp("csv"), text.getvalue().encode(errors="replace"))
    expected = [tuple(cell.encode(errors="replace").decode() for cell in row) for row in rows]
    assert [tuple(line.row.values()) if line.row else None for line in found] == expected


@given(st.binary(max_size=60).filter(lambda content: not content.startswith(OTHER_STARTS)))
def test_each_line_of_a_file_is_a_row_or_a_reason(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    lines = _file(tmp_path_factory.mktemp("jsonl"), content, "a.jsonl")
    filled = sum(bool(each.strip()) for each in content.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
    assert sum(bool(line.row is not None) != bool(line.reason) for line in lines) == filled


@pytest.mark.parametrize("name", [None, "customer"])
def test_the_index_that_pandas_wrote_is_no_column_unless_it_is_to_be_kept(name: str | None, tmp_path: Path) -> None:
    rows = pd.DataFrame({"x": [1.5, 2.5]}, index=pd.Index([7, 3], name=name))
    rows.to_parquet(tmp_path / "rows.parquet")
    assert list(LineFile(tmp_path / "rows.parquet")) == [Line(1, {"x": 1.5}), Line(2, {"x": 2.5})]
    if name:
        kept = LineFile(tmp_path / "rows.parquet", keep=[name])
        assert [line.row for line in kept] == [{"x": 1.5, "customer": 7}, {"x": 2.5, "customer": 3}]
