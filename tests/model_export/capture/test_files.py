"""Files of a capture: all that can be read is read, and all else is counted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_export.capture.files import Reading, capture_files, captured_lines
from model_export.errors import InputError
from tests.model_export.capture.captures import delivered, subscription

if TYPE_CHECKING:
    from pathlib import Path

    from model_export.capture.files import Line

_CONTROL = subscription(["CWL CONTROL MESSAGE: Checking health of destination Firehose."], kind="CONTROL_MESSAGE")


def read(capture: Path) -> tuple[list[Line], Reading]:
    reading, seen = Reading(), [0]

    def advance(size: int) -> None:
        seen[0] += size

    lines = list(captured_lines(capture_files(capture), reading, advance))
    return lines, reading


@given(st.lists(st.lists(st.dictionaries(st.text(), st.text() | st.integers()), max_size=4), max_size=6))
def test_every_log_event_of_every_member_is_read_in_order(
    tmp_path_factory: pytest.TempPathFactory, members: list[list[dict[str, object]]]
) -> None:
    capture = tmp_path_factory.mktemp("capture")
    starts = [1000 * number for number in range(len(members))]
    documents = [
        subscription([json.dumps(each) for each in lines], start) for start, lines in zip(starts, members, strict=True)
    ]
    (capture / "inference-dev-capture-1-2026-11-21-08-00-00.gz").write_bytes(delivered(_CONTROL, *documents))

    lines, reading = read(capture)

    assert lines == [each for member in members for each in member]
    assert (reading.broken, reading.damaged, reading.repeated) == (0, [], 0)


def test_a_file_that_ends_too_early_gives_the_members_before_that(tmp_path: Path) -> None:
    content = delivered(subscription(['{"a": 1}']), subscription(['{"a": 2}'], 5))
    (tmp_path / "cut.gz").write_bytes(content[:-9])
    (tmp_path / "sick.gz").write_bytes(content + b"\x1f\x8bno gzip")

    lines, reading = read(tmp_path)

    assert lines == [{"a": 1}, {"a": 2}]
    assert reading.damaged == ["cut.gz", "sick.gz"]
    assert reading.repeated == 1, "the first line of the second file is that of the first"


def test_a_line_that_was_delivered_twice_counts_once(tmp_path: Path) -> None:
    document = subscription(['{"a": 1}', '{"a": 1}'])
    (tmp_path / "x.gz").write_bytes(delivered(document, document))

    lines, reading = read(tmp_path)

    assert lines == [{"a": 1}, {"a": 1}], "two events of the same text are two requests"
    assert reading.repeated == 2


def test_broken_lines_are_counted_and_reading_goes_on(tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(delivered(subscription(["no JSON", "[1]", '{"a": 1}', "[" * 100_000])))
    (tmp_path / "function.jsonl").write_text('{"a": 2}\nno JSON\n\n{"a": 3}{"a": 4}\n7\n', encoding="utf-8")

    lines, reading = read(tmp_path)

    assert sorted(lines, key=str) == [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}]
    assert (reading.broken, reading.lines) == (5, 9)


def test_other_files_are_named_and_hidden_ones_passed_over(tmp_path: Path) -> None:
    (tmp_path / "monitoring.sqlite").write_bytes(b"SQLite format 3\0")
    (tmp_path / ".hidden").write_bytes(b"\0")
    (tmp_path / "2026" / "11").mkdir(parents=True)
    (tmp_path / "2026" / "11" / "x.jsonl").write_text('{"a": 1}', encoding="utf-8")

    lines, reading = read(tmp_path)

    assert (lines, reading.strange, reading.files) == ([{"a": 1}], ["monitoring.sqlite"], 2)


def test_the_progress_adds_up_to_the_size_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(delivered(*(subscription(['{"a": 1}'], 9 * n) for n in range(2000))))
    (tmp_path / "y.jsonl").write_text('{"a": 1}\n' * 99, encoding="utf-8")
    seen: list[int] = []

    assert len(list(captured_lines(capture_files(tmp_path), Reading(), seen.append))) == 2099
    assert sum(seen) == sum(path.stat().st_size for path in tmp_path.iterdir())


def test_nothing_there_is_one_sentence_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        capture_files(tmp_path)

    assert str(raised.value) == (
        f"{tmp_path}: no capture here; expected a file, or a folder with files. Fetch one: aws s3 sync "
        '"$(pulumi stack output capture)" capture'
    )
