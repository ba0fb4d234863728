"""What the charts say, read from the specifications that the browser draws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from console.charts.annotations import levels_of, moments_of
from console.charts.bars import contribution_bars, probability_bars
from console.charts.frames import DrawnSeries, epoch_ms
from console.charts.time_series import Graph, time_series

if TYPE_CHECKING:
    import altair as alt

_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
_HOUR = timedelta(hours=1)


def _series(name: str, *values: float, axis: Any = "left") -> DrawnSeries:  # noqa: ANN401 - left or right
    times = tuple(_NOON + timedelta(minutes=5 * index) for index in range(len(values)))
    return DrawnSeries(name=name, times=times, values=values, axis=axis)


def _spec(*series: DrawnSeries, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of Graph
    spec: dict[str, Any] = time_series(
        Graph(series=series, start=_NOON, end=_NOON + _HOUR, height=200, **options)
    ).to_dict()
    return spec


def _layers(spec: dict[str, Any]) -> list[dict[str, Any]]:
    inner = spec.get("layer")
    return [spec] if inner is None else [leaf for each in inner for leaf in _layers(each)]


def _rows(spec: dict[str, Any], layer: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = spec["datasets"][layer["data"]["name"]]
    return rows


def _of(spec: dict[str, Any], mark: str) -> list[dict[str, Any]]:
    return [layer for layer in _layers(spec) if layer["mark"]["type"] == mark]


def _words(spec: dict[str, Any]) -> list[str]:
    return [str(layer["mark"]["text"]) for layer in _of(spec, "text")]


def test_each_line_has_its_name_and_the_colours_are_the_themes() -> None:
    spec = _spec(_series("p50", 1, 2), _series("p99", 3, 4))
    (line,) = _of(spec, "line")
    assert line["encoding"]["color"]["scale"] == {"domain": ["p50", "p99"]}


def test_declared_colours_are_taken() -> None:
    red = DrawnSeries(name="a", times=(_NOON,), values=(1.0,), color="#ff0000")
    (line,) = _of(_spec(red), "line")
    assert line["encoding"]["color"]["scale"]["range"] == ["#ff0000"]


def test_the_time_axis_spans_the_range_however_little_was_measured() -> None:
    spec = _spec(_series("a", 1))
    assert [row["time"] for row in _rows_of_range(spec)] == [epoch_ms(_NOON), epoch_ms(_NOON + _HOUR)]


def _rows_of_range(spec: dict[str, Any]) -> list[dict[str, Any]]:
    (invisible,) = [
        layer for layer in _of(spec, "point") if layer["mark"].get("opacity") == 0 and "x" in layer["encoding"]
    ]
    return _rows(spec, invisible)


def test_a_right_axis_has_a_scale_of_its_own() -> None:
    spec = _spec(_series("ms", 100), _series("Cold starts", 1, axis="right"))
    assert spec["resolve"]["scale"]["y"] == "independent"
    right = [layer for layer in _of(spec, "line") if layer["encoding"]["y"]["axis"]["orient"] == "right"]
    assert [layer["encoding"]["y"]["axis"]["title"] for layer in right] == ["Cold starts"]


def test_the_bad_side_of_a_threshold_is_filled_up_to_the_edge_of_the_scale() -> None:
    annotations = {"annotations": {"horizontal": [{"value": 5, "label": "Alarm", "fill": "above"}]}}
    spec = _spec(_series("a", 4), levels=levels_of(annotations))
    (fill,) = _of(spec, "rect")
    (ends,) = _rows(spec, fill)
    top = fill["encoding"]["y"]["scale"]["domain"][1]
    assert (ends["value"], ends["until"]) == (5.0, top)
    assert "Alarm 5" in _words(spec)


def test_a_threshold_beyond_the_scale_is_shown_at_its_edge() -> None:
    annotations = {"annotations": {"horizontal": [{"value": 8000, "label": "Alarm", "fill": "above"}]}}
    assert "↑ Alarm 8000" in _words(_spec(_series("a", 4), levels=levels_of(annotations)))


def test_a_moment_is_a_line_with_its_word() -> None:
    annotations = {"annotations": {"vertical": [{"value": "2026-11-21T12:30:00Z", "label": "deploy", "fill": "after"}]}}
    spec = _spec(_series("a", 4), moments=moments_of(annotations))
    (fill,) = _of(spec, "rect")
    (ends,) = _rows(spec, fill)
    assert (ends["time"], ends["until"]) == (epoch_ms(_NOON + _HOUR / 2), epoch_ms(_NOON + _HOUR))
    assert "deploy" in _words(spec)


def test_stacked_series_are_areas_and_the_scale_holds_their_sum() -> None:
    spec = _spec(_series("a", 4), _series("b", 6), stacked=True)
    (area,) = _of(spec, "area")
    assert area["encoding"]["y"]["stack"] == "zero"
    bottom, top = area["encoding"]["y"]["scale"]["domain"]
    assert bottom == 0
    assert top > 10


def test_without_data_it_says_so() -> None:
    assert "No data in this range" in _words(_spec())
    assert "No data in this range" not in _words(_spec(_series("a", 1)))


def test_below_the_pointer_stand_the_values_whatever_the_names_hold() -> None:
    spec = _spec(_series("a.b[0]", 1, 2), _series("c", 3))
    (pointer,) = [layer for layer in _of(spec, "rule") if "tooltip" in layer["encoding"]]
    assert [(each["field"], each["title"]) for each in pointer["encoding"]["tooltip"]] == [
        ("at", "time"), ("s0", "a.b[0]"), ("s1", "c"),
    ]  # fmt: skip
    rows = _rows(spec, pointer)
    assert [(row["s0"], row["s1"]) for row in rows] == [(1.0, 3.0), (2.0, None)]


def _order(chart: alt.LayerChart) -> list[str]:
    (first, *_) = _layers(chart.to_dict())
    order: list[str] = first["encoding"]["y"]["sort"]
    return order


def test_the_likeliest_class_comes_first() -> None:
    assert _order(probability_bars({"a": 0.2, "b": 0.7, "c": 0.1})) == ["b", "a", "c"]


def test_the_weightiest_contribution_comes_first_with_the_value_that_was_sent() -> None:
    chart = contribution_bars({"age": 0.1, "caffeine": -0.5, "schedule": 0.2}, {"age": 40.5, "caffeine": 320})
    assert _order(chart) == ["caffeine = 320", "schedule = unknown", "age = 40.5"]
