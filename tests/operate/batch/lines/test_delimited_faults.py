"""Faulty CSV: a fault costs its line and no other, wherever a quote leads."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operate.batch.lines.file import LineFile

if TYPE_CHECKING:
    from pathlib import Path

    from operate.batch.lines.line import Line


def _read(folder: Path, content: str) -> list[Line]:
    path = folder / "a.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return list(LineFile(path))


def _failed(lines: list[Line]) -> list[tuple[int, str]]:
    return [(line.number, line.raw) for line in lines if line.row is None]


def test_a_quote_that_is_never_closed_costs_its_line_only(tmp_path: Path) -> None:
    rows = [f"{number},x" for number in range(100_000)]
    rows[5] = '"5,x'
    lines = _read(tmp_path, "a,b\n" + "\n".join(rows) + "\n")
    assert _failed(lines) == [(7, '"5,x')]
    assert [(line.number, line.row) for line in lines if line.row] == [
        (number + 2, {"a": str(number), "b": "x"}) for number in range(100_000) if number != 5
    ]
    (reason,) = {line.reason for line in lines if line.reason}
    assert "the line is not CSV" in reason
    assert "a quoted cell that starts here continues to line " in reason


def test_a_quoted_cell_behind_a_quote_that_is_never_closed_keeps_its_line_break(tmp_path: Path) -> None:
    lines = _read(tmp_path, 'a,b\n"1,x\n2,x\n3,"y\nz"\n4,x\n')
    assert _failed(lines) == [(2, '"1,x')]
    assert [(line.number, line.row) for line in lines if line.row] == [
        (3, {"a": "2", "b": "x"}),
        (4, {"a": "3", "b": "y\nz"}),
        (6, {"a": "4", "b": "x"}),
    ]


def test_two_quotes_that_swallow_what_is_between_cost_their_two_lines(tmp_path: Path) -> None:
    lines = _read(tmp_path, 'a,b\n"1,x\n2,x\n3,x\n4,x"\n5,x\n')
    assert _failed(lines) == [(2, '"1,x'), (5, '4,x"')]
    assert "expected 2 cells, as the header has, got 1; a quoted cell that starts here" in lines[0].reason
    assert "a quoted cell of an unreadable line above may end here" in lines[3].reason
    assert [line.number for line in lines if line.row] == [3, 4, 6]


def test_the_end_of_a_cell_that_could_not_be_read_is_no_row(tmp_path: Path) -> None:
    lines = _read(tmp_path, 'a,b\n"1\nx"y,2\n3,4\n')
    assert _failed(lines) == [(2, '"1'), (3, 'x"y,2')]
    assert lines[-1].row == {"a": "3", "b": "4"}


def test_a_cell_that_is_too_long_keeps_what_stands_there(tmp_path: Path) -> None:
    lines = _read(tmp_path, f"a,b\n1,{'x' * 150_000}\n2,{'y' * 300_000}\n3,x\n")
    (_, first), (_, second) = _failed(lines)
    assert first == f"1,{'x' * 150_000}"
    assert second == f"2,{'y' * 199_998} … (cut here, 300002 characters in total)"
    assert lines[-1].row == {"a": "3", "b": "x"}


@pytest.mark.parametrize(
    "line",
    ['"{}', '{},"', 'x","{}', '{}"","",x"', '"{}""', '{},"x","'],
    ids=["opens", "opens at the end", "opens and closes", "pairs", "escapes", "closes and opens"],
)
def test_no_quotes_make_a_file_slow(tmp_path: Path, line: str) -> None:
    count = 3000
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "".join(f"{line.format(number)}\n" for number in range(count)), encoding="utf-8")
    calls = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    lines = LineFile(path)
    sys.setprofile(counted)
    try:
        found = list(lines)
    finally:
        sys.setprofile(None)
    assert found
    assert calls < 40 * count, "each line is looked at a few times, however many there are"


_CELL = st.sampled_from(["1", "", "x y", '"x"', '"x\ny"', '"', 'x"', '"x', '""', '"x""', 'a"b', '"a"b', "\n", ","])


@given(st.lists(st.lists(_CELL, min_size=1, max_size=3), max_size=8))
def test_every_line_with_something_in_it_is_told_of_once(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    body = "\n".join(",".join(cells) for cells in rows) + '\n8,9\n"7,7\n'
    lines = _read(tmp_path_factory.mktemp("csv"), f"a,b\n{body}")
    physical = body.split("\n")[:-1]
    starts = [line.number for line in lines]
    assert starts == sorted(set(starts))
    told = {line.number for line in lines}
    for line, following in zip(lines, [*starts[1:], len(physical) + 2], strict=True):
        # A row may have line breaks in its cells; what cannot be read is one line.
        breaks = "".join(map(str, line.row.values())).count("\n") if line.row else 0
        told |= set(range(line.number, line.number + breaks + 1))
        assert line.number + breaks < following
    assert [number for number, text in enumerate(physical, 2) if text and number not in told] == []
