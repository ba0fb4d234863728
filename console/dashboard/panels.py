"""Draws the widgets of a dashboard at their positions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from console.charts.annotations import levels_of, moments_of
from console.charts.bars import value_bars
from console.charts.time_series import Graph, time_series
from console.dashboard.alarms import strip
from console.dashboard.layout import Widget
from console.dashboard.log_tables import table_of
from console.monitoring.interface import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamlit.delta_generator import DeltaGenerator

    from console.charts.frames import DrawnSeries
    from console.dashboard.gather import Panel, Span
    from console.dashboard.layout import Row

_UNIT_PX = 48
"""Height of a unit of the grid."""
_FRAME_PX = 56
"""Height of a card's title and padding."""
_LEAST_PX = 90
_METRIC_COLUMNS = 4
_ROW_PX = 35
_TIMES = ("@timestamp", "bin(")


def draw_rows(rows: Sequence[Row], panels: Mapping[Widget, Panel], span: Span) -> dict[Widget, DeltaGenerator]:
    """Draw nested rows of columns; return the containers of widgets that have no panel yet."""
    left: dict[Widget, DeltaGenerator] = {}
    for row in rows:
        columns = st.columns([column.width for column in row]) if len(row) > 1 else [st.container()]
        for place, column in zip(columns, row, strict=True):
            with place:
                if not isinstance(column.content, Widget):
                    left |= draw_rows(column.content or (), panels, span)
                elif column.content in panels:
                    draw(panels[column.content], span)
                else:
                    left[column.content] = st.container()
    return left


def draw(panel: Panel, span: Span) -> None:
    """Draw a widget as a card."""
    widget = panel.widget
    if widget.type == "text":
        st.markdown(str(widget.properties.get("markdown", "")), anchors=False)
        return
    with st.container(border=True):
        title = str(widget.properties.get("title", ""))
        if title:
            st.markdown(f"**{title}**")
        if panel.error:
            st.error(panel.error, icon=":material/error:")
            return
        try:
            _draw_content(panel, span, max(_LEAST_PX, widget.height * _UNIT_PX - _FRAME_PX))
        except MonitoringError as error:
            st.error(str(error), icon=":material/error:")


def _draw_content(panel: Panel, span: Span, height: int) -> None:
    kind, view = panel.widget.type, panel.widget.properties.get("view", "")
    if kind == "alarm":
        strip(panel.alarms)
    elif kind == "metric" and view in {"singleValue", "gauge"}:
        _single_values(panel.series)
    elif kind == "metric" and view in {"bar", "pie"}:
        st.altair_chart(value_bars({each.name: each.values[-1] for each in panel.series if each.values}, height))
    elif kind == "metric" and view == "table":
        st.dataframe({each.name: _value(each) for each in panel.series}, width="stretch")
    elif kind == "metric" or (kind == "log" and view in {"timeSeries", "bar", "pie"} and panel.series):
        _graph(panel, span, height)
    elif kind == "log":
        _log_table(panel, height)
    else:
        st.caption(f"Widgets of the type {kind} are shown only in the AWS console.")


def _graph(panel: Panel, span: Span, height: int) -> None:
    properties = panel.widget.properties
    graph = Graph(
        series=panel.series,
        start=span.start,
        end=span.end,
        height=height,
        stacked=bool(properties.get("stacked")),
        axes=properties.get("yAxis") or {},
        levels=levels_of(properties),
        moments=moments_of(properties),
    )
    st.altair_chart(time_series(graph), width="stretch", key=f"{panel.widget.x}-{panel.widget.y}")


def _single_values(series: Sequence[DrawnSeries]) -> None:
    for start in range(0, len(series), _METRIC_COLUMNS):
        some = series[start : start + _METRIC_COLUMNS]
        for column, each in zip(st.columns(len(some)), some, strict=True):
            column.metric(each.name, _value(each), chart_data=list(each.values) or None)


def _value(series: DrawnSeries) -> str:
    return f"{series.values[-1]:,.4g}" if series.values else "-"


def _log_table(panel: Panel, height: int) -> None:
    if panel.answer is None or not panel.answer.rows:
        st.caption("No rows in this range.")
        return
    table = table_of(panel.answer)
    times = {
        name: st.column_config.DatetimeColumn(name, format="DD MMM HH:mm:ss", timezone="UTC")
        for name in table.columns
        if name.startswith(_TIMES)
    }
    most = min(height, _ROW_PX * (len(table) + 1) + 3)
    st.dataframe(table, width="stretch", height=most, hide_index=True, column_config=times)


def span_words(length: timedelta) -> str:
    """Return the length of a range in words, such as ``3 hours``."""
    hours = length / timedelta(hours=1)
    if hours % 24:
        return "1 hour" if hours == 1 else f"{hours:g} hours"
    return "1 day" if hours == 24 else f"{hours / 24:g} days"  # noqa: PLR2004 - hours of a day
