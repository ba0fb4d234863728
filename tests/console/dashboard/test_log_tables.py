from __future__ import annotations

from datetime import UTC, datetime, timedelta

from console.dashboard.log_tables import lines_of_log, table_of
from console.monitoring.interface import LogAnswer

_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _at(*minutes: int) -> tuple[datetime, ...]:
    return tuple(_NOON + timedelta(minutes=each) for each in minutes)


def _answer(*rows: dict[str, str]) -> LogAnswer:
    return LogAnswer(rows=rows, records_scanned=len(rows))


def test_the_columns_of_a_log_answer_are_numbers_times_and_words() -> None:
    table = table_of(
        _answer(
            {"@timestamp": "2026-11-21 12:00:00.000", "total_ms": "3.5", "route": "POST /predict"},
            {"@timestamp": "2026-11-21 12:00:01.000", "route": "GET /health"},
        )
    )
    assert list(table.columns) == ["@timestamp", "total_ms", "route"]
    assert table["@timestamp"][0].to_pydatetime() == _NOON
    assert table["total_ms"][0] == 3.5
    assert table["route"][1] == "GET /health"


def test_counts_by_time_are_a_line_for_each_column() -> None:
    lines = lines_of_log(
        _answer(
            {"bin(1h)": "2026-11-21 13:00:00.000", "rest": "4", "carry on": "6"},
            {"bin(1h)": "2026-11-21 12:00:00.000", "rest": "1"},
        )
    )
    assert [(each.name, each.times, each.values, each.period_s) for each in lines] == [
        ("rest", _at(0, 60), (1.0, 4.0), 3600),
        ("carry on", _at(0, 60), (0.0, 6.0), 3600),
    ]


def test_counts_by_time_and_word_are_a_line_for_each_word() -> None:
    lines = lines_of_log(
        _answer(
            {"bin(1h)": "2026-11-21 12:00:00.000", "model_version": "v2", "requests": "4"},
            {"bin(1h)": "2026-11-21 12:00:00.000", "model_version": "v1", "requests": "1"},
        )
    )
    assert [(each.name, each.values) for each in lines] == [("v1", (1.0,)), ("v2", (4.0,))]


def test_an_answer_without_time_has_no_lines() -> None:
    assert lines_of_log(_answer({"model_version": "v1", "requests": "4"})) == []
    assert lines_of_log(_answer()) == []
