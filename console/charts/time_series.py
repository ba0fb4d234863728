"""The graph of a metric or log widget over time: lines or stacked areas, two scales, annotations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from console.charts.annotations import limits_of
from console.charts.frames import epoch_ms, filled, frame_of
from console.charts.layers import fills, moments, rules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from console.charts.annotations import Level, Moment
    from console.charts.frames import Axis, DrawnSeries
    from console.monitoring.interface import JsonObject

GREY = "#7c8594"
"""Legible on light and dark."""
_TIME_WORDS = ((timedelta(days=1), "%H:%M"), (timedelta(days=3), "%a %H:%M"))
_DAYS = "%d %b"
_COLUMNS_BY_WIDTH = alt.expr("width < 480 ? 2 : 3")
_LABEL_BY_WIDTH = alt.expr("width < 480 ? max(80, width / 2 - 12) : 165")
_LARGE = 10_000
_PADDING = {"left": 2, "top": 6, "right": 6, "bottom": 2}


@dataclass(frozen=True, kw_only=True)
class Graph:
    """The content of a graph.

    Parameters
    ----------
    series : sequence of DrawnSeries
        Its lines.
    start, end : datetime
        The range of its time axis.
    height : int, pixels
        Of the whole graph.
    stacked : bool
        Whether the series are stacked as areas.
    axes : dict
        ``yAxis`` of the widget: by side ``label``, ``min`` and ``max``.
    levels : tuple of Level
        Horizontal annotations.
    moments : tuple of Moment
        Vertical annotations.
    """

    series: Sequence[DrawnSeries]
    start: datetime
    end: datetime
    height: int
    stacked: bool = False
    axes: JsonObject = field(default_factory=dict)
    levels: tuple[Level, ...] = ()
    moments: tuple[Moment, ...] = ()


def time_series(graph: Graph) -> alt.LayerChart:
    """Return the graph; a graph without datapoints shows a message in the middle."""
    series = filled(graph.series, graph.end) if graph.stacked else list(graph.series)
    frame = frame_of(series)
    sides: list[Axis] = ["left", "right"] if any(each.axis == "right" for each in series) else ["left"]
    layers = [_side(graph, series, frame, side) for side in sides]
    chart = alt.layer(*layers, _range(graph), *_across(graph, series, frame)).properties(
        height=graph.height, padding=_PADDING
    )
    if len(sides) > 1:
        chart = chart.resolve_scale(y="independent")
    made: alt.LayerChart = chart.configure_view(strokeOpacity=0)
    return made


def _time(graph: Graph) -> alt.X:
    length = graph.end - graph.start
    words = next((words for longest, words in _TIME_WORDS if length <= longest), _DAYS)
    axis = alt.Axis(grid=False, tickCount=6, labelFlush=True, labelOverlap=True, format=words)
    return alt.X("time:T", scale=alt.Scale(type="utc", nice=False), title=None, axis=axis)


def _range(graph: Graph) -> alt.Chart:
    """Return an invisible layer that spans the time axis: Vega-Lite does not unite the domains of several layers."""
    ends = pd.DataFrame({"time": [epoch_ms(graph.start), epoch_ms(graph.end)]})
    made: alt.Chart = alt.Chart(ends).mark_point(opacity=0).encode(x=_time(graph))
    return made


def _color(series: Sequence[DrawnSeries], *, stacked: bool) -> alt.Color:
    symbol = "square" if stacked else "stroke"
    legend = alt.Legend(
        title=None, orient="bottom", columns=_COLUMNS_BY_WIDTH, symbolType=symbol, labelLimit=_LABEL_BY_WIDTH
    )
    names = [each.name for each in series]
    # Without a range the colours are those of the theme, which differ between light and dark.
    declared = [each.color for each in series]
    scale = alt.Scale(domain=names, range=declared) if all(declared) and declared else alt.Scale(domain=names)
    return alt.Color("series:N", scale=scale, legend=legend)


def _side(
    graph: Graph, series: Sequence[DrawnSeries], frame: pd.DataFrame, side: Axis
) -> alt.LayerChart | alt.FacetChart:
    shown = frame[frame["axis"] == side]
    levels = [level for level in graph.levels if level.axis == side]
    heights = shown.groupby("time")["value"].sum() if graph.stacked else shown["value"].dropna()
    declared = (graph.axes or {}).get(side) or {}
    bottom, top = limits_of(declared, [*map(float, heights), *([0.0] if graph.stacked else [])], levels)
    axis = alt.Axis(
        orient=side,
        title=str(declared.get("label") or "") or None,
        tickCount=5,
        format="~s" if top >= _LARGE else ",.6~g",
        grid=side == "left",
    )
    if side == "right" and not declared.get("label"):
        axis.title = ", ".join(each.name for each in series if each.axis == "right")
    y = alt.Y("value:Q", scale=alt.Scale(domain=[bottom, top], nice=False, zero=False), axis=axis)
    lines = _lines(graph, series, shown, y, side)
    # A graph without datapoints has an axis, too.
    room = alt.Chart(pd.DataFrame({"value": [bottom, top]})).mark_point(opacity=0).encode(y=y)
    return alt.layer(room, *fills(levels, (bottom, top), y), *lines, *rules(levels, (bottom, top), y))


def _lines(graph: Graph, series: Sequence[DrawnSeries], shown: pd.DataFrame, y: alt.Y, side: Axis) -> list[alt.Chart]:
    if shown.empty:
        return []
    base = alt.Chart(shown).encode(x=_time(graph), y=y, color=_color(series, stacked=graph.stacked))
    if graph.stacked:
        upon_each_other = y.copy().stack("zero")  # noqa: PD013 - of Altair, not of pandas
        return [base.mark_area(interpolate="step-after", opacity=0.8).encode(y=upon_each_other)]
    dash = [4, 3] if side == "right" else [1, 0]
    line = base.mark_line(strokeWidth=1.8, strokeDash=dash)
    return [line, base.transform_filter("datum.alone").mark_point(filled=True, size=30, opacity=1)]


def _across(graph: Graph, series: Sequence[DrawnSeries], frame: pd.DataFrame) -> list[alt.Chart]:
    """Return the layers that belong to neither scale: moments, and the values at the pointer."""
    x = _time(graph)
    made = moments(graph.moments, graph.start, graph.end, x)
    if not frame.empty:
        return [*made, _pointer(frame, series, x)]
    middle = alt.Chart(pd.DataFrame([{"time": epoch_ms(graph.start)}])).mark_text(
        text="No data in this range", color=GREY, fontSize=13, x=alt.expr("width / 2"), y=alt.expr("height / 2")
    )
    return [*made, middle]


def _pointer(frame: pd.DataFrame, series: Sequence[DrawnSeries], x: alt.X) -> alt.Chart:
    """Return a line at the time nearest to the pointer, with the value of each series there."""
    known = frame.dropna(subset=["value"])
    names = [each.name for each in series if each.times]
    table = known.pivot_table(index=["time", "at"], columns="series", values="value").reset_index()
    # Names of series may contain dots and brackets, which address parts of a datum.
    table = table.rename(columns={name: f"s{index}" for index, name in enumerate(names)})
    near = alt.selection_point(fields=["time"], nearest=True, on="pointerover", clear="pointerout", empty=False)
    values = [alt.Tooltip(f"s{index}:Q", title=name, format=",.4~r") for index, name in enumerate(names)]
    rule = alt.Chart(table).mark_rule(color=GREY, strokeWidth=1)
    shown: alt.Chart = rule.encode(
        x=x,
        opacity=alt.when(near).then(alt.value(0.7)).otherwise(alt.value(0)),
        tooltip=[alt.Tooltip("at:N", title="time"), *values],
    ).add_params(near)
    return shown
