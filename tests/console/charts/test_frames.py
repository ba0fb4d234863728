from __future__ import annotations

from datetime import UTC, datetime, timedelta

from console.charts.frames import DrawnSeries, drawn, epoch_ms, filled, frame_of
from console.dashboard.log_tables import lines_of_log, table_of
from console.dashboard.metric_entries import lines_of
from console.monitoring.interface import LogAnswer, Series

_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _at(*minutes: int) -> tuple[datetime, ...]:
    return tuple(_NOON + timedelta(minutes=each) for each in minutes)


def _answer(*rows: dict[str, str]) -> LogAnswer:
    return LogAnswer(rows=rows, records_scanned=len(rows))


def test_visible_lines_are_drawn_in_the_order_of_the_widget_with_names_of_their_own() -> None:
    lines = lines_of(
        {"metrics": [["N", "A", {"id": "a", "visible": False}], ["N", "B"], ["N", "C", {"yAxis": "right"}]]}
    )
    found = [
        Series(id="m2", label="Errors", times=_at(0), values=(2.0,)),
        Series(id="m1", label="Errors", times=_at(0), values=(1.0,)),
        Series(id="a", label="hidden", times=_at(0), values=(0.0,)),
    ]
    assert [(each.name, each.values, each.axis) for each in drawn(lines, found)] == [
        ("Errors", (1.0,), "left"),
        ("Errors (2)", (2.0,), "right"),
    ]


def test_a_line_is_broken_where_datapoints_are_missing() -> None:
    frame = frame_of([DrawnSeries(name="a", times=_at(0, 5, 20), values=(1.0, 2.0, 3.0), period_s=300)])
    assert [None if value != value else value for value in frame["value"]] == [1.0, 2.0, None, 3.0]  # noqa: PLR0124
    assert list(frame["alone"]) == [False, False, False, True], "a dot, for no line leads to it"
    assert frame["time"][0] == epoch_ms(_NOON)
    assert frame["at"][0] == "21 Nov 12:00 UTC"


def test_stacked_series_have_a_datapoint_at_each_time_of_any_and_the_last_step_has_a_width() -> None:
    first = DrawnSeries(name="a", times=_at(0, 5), values=(1.0, 2.0))
    second = DrawnSeries(name="b", times=_at(5, 10), values=(3.0, 4.0))
    stacked = filled([first, second], _at(60)[0])
    assert [each.values for each in stacked] == [(1.0, 2.0, 0.0, 0.0), (0.0, 3.0, 4.0, 4.0)]
    assert stacked[0].times == _at(0, 5, 10, 15)
    assert filled([first], _at(7)[0])[0].times == _at(0, 5, 7), "no further than the range"
    assert filled([], _at(7)[0]) == []


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
