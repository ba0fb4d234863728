from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from console.charts.annotations import levels_of, limits_of, moments_of
from console.monitoring.interface import MonitoringError


def _horizontal(*entries: object) -> dict[str, Any]:
    return {"annotations": {"horizontal": list(entries)}}


def test_a_threshold_keeps_its_words_its_colour_and_its_bad_side() -> None:
    (level,) = levels_of(_horizontal({"label": "Alarm", "value": 5, "color": "#d62728", "fill": "above"}))
    assert (level.value, level.label, level.color, level.fill, level.axis) == (5.0, "Alarm", "#d62728", "above", "left")


def test_thresholds_at_the_same_place_are_one_line_with_both_words() -> None:
    same = {"value": 5, "color": "#d62728", "fill": "above"}
    other = {**same, "fill": "below", "label": "c"}
    levels = levels_of(_horizontal({**same, "label": "a"}, {**same, "label": "b"}, other))
    assert [level.label for level in levels] == ["a, b", "c"]


def test_a_pair_is_a_band_between_its_values() -> None:
    (level,) = levels_of(_horizontal([{"value": 2, "label": "normal"}, {"value": 4}]))
    assert (level.value, level.until, level.fill) == (2.0, 4.0, "between")


def test_hidden_annotations_and_those_without_a_threshold_are_not_drawn() -> None:
    assert levels_of(_horizontal({"value": 5, "visible": False}, {"value": None, "label": "anomaly"})) == ()
    assert levels_of({}) == ()


def test_a_moment_is_a_time_in_utc() -> None:
    entries = {
        "annotations": {"vertical": [{"value": "2026-11-21T04:00:00+01:00", "label": "deploy", "fill": "after"}]}
    }
    (moment,) = moments_of(entries)
    assert (moment.time, moment.label, moment.fill) == (datetime(2026, 11, 21, 3, tzinfo=UTC), "deploy", "after")


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(MonitoringError, match=r"^A horizontal annotation of a widget: expected a number"):
        levels_of(_horizontal({"value": "high"}))
    with pytest.raises(MonitoringError, match=r"^A vertical annotation of a widget: expected an ISO 8601 time"):
        moments_of({"annotations": {"vertical": [{"value": "noon"}]}})


def _top(values: list[float], threshold: float) -> float:
    return limits_of({"min": 0}, values, levels_of(_horizontal({"value": threshold})))[1]


def test_a_threshold_that_is_near_is_in_sight_and_one_that_is_far_does_not_flatten_the_data() -> None:
    assert _top([40.0, 60.0], 435) > 435
    assert 60 < _top([40.0, 60.0], 8000) < 120
    assert _top([], 5) > 5, "without data the threshold is all there is to see"
    assert _top([0.0, 0.0], 5) > 5, "nothing but zeros is to be seen against the threshold"


def test_declared_limits_are_kept() -> None:
    assert limits_of({"min": 0, "max": 1}, [0.2, 0.4], ()) == (0.0, 1.0)


def test_the_scale_of_a_constant_line_starts_at_zero() -> None:
    assert limits_of({}, [1.0, 1.0], ())[0] == 0
    assert limits_of({}, [90.0, 100.0], ())[0] > 80, "one that moves a little is seen to move"


def test_a_scale_has_a_length_whatever_is_drawn() -> None:
    for values in ([], [0.0], [5.0, 5.0], [float("nan")], [-3.0]):
        bottom, top = limits_of({}, values, ())
        assert bottom < top
        assert all(bottom <= value <= top for value in values if value == value)  # noqa: PLR0124 - not a number
