from __future__ import annotations

from datetime import UTC, datetime, timedelta

from console.charts.frames import DrawnSeries, epoch_ms, filled, frame_of

_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _at(*minutes: int) -> tuple[datetime, ...]:
    return tuple(_NOON + timedelta(minutes=each) for each in minutes)


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
