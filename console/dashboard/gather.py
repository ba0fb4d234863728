"""Reads everything that a dashboard shows, concurrently."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from console.charts.frames import DrawnSeries
from console.dashboard.log_tables import lines_of_log
from console.dashboard.metric_entries import lines_of, queries_of
from console.monitoring.interface import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.dashboard.layout import Widget
    from console.dashboard.metric_entries import Line
    from console.monitoring.interface import Alarm, LogAnswer, Monitoring, Series

_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class Span:
    """The time range of the page.

    Parameters
    ----------
    start, end : datetime
        In UTC.
    period_s : int, optional, seconds
        Length of every datapoint; None for the declared lengths.
    """

    start: datetime
    end: datetime
    period_s: int | None


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A widget and its data.

    Parameters
    ----------
    widget : Widget
        As declared.
    series : tuple of DrawnSeries
        Lines of a metric widget, or of a log widget with a graph.
    answer : LogAnswer, optional
        Of a log widget.
    alarms : tuple of Alarm
        Of an alarm widget, in its order.
    error : str
        Why there is no data; else empty.
    is_measured : bool
        Whether it has a measured datapoint, not only computed ones.
    """

    widget: Widget
    series: tuple[DrawnSeries, ...] = ()
    answer: LogAnswer | None = None
    alarms: tuple[Alarm, ...] = ()
    error: str = ""
    is_measured: bool = False


def panels_of(monitoring: Monitoring, widgets: Sequence[Widget], span: Span) -> dict[Widget, Panel]:
    """Return the data of each widget; a failed query gives its own panel an error and leaves the others intact."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(widgets, pool.map(partial(_panel, monitoring, span), widgets), strict=True))


def _panel(monitoring: Monitoring, span: Span, widget: Widget) -> Panel:
    try:
        if widget.type == "metric":
            return _metric(monitoring, span, widget)
        if widget.type == "log":
            answer = monitoring.query_log(str(widget.properties.get("query", "")), span.start, span.end)
            return Panel(widget=widget, answer=answer, series=tuple(lines_of_log(answer)))
        if widget.type == "alarm":
            return _alarms(monitoring, widget)
    except MonitoringError as error:
        return Panel(widget=widget, error=str(error))
    return Panel(widget=widget)


def _metric(monitoring: Monitoring, span: Span, widget: Widget) -> Panel:
    is_one_period = bool(widget.properties.get("setPeriodToTimeRange"))
    period_s = int((span.end - span.start).total_seconds()) if is_one_period else span.period_s
    lines = lines_of(widget.properties, period_s)
    queries = queries_of(lines)
    start = span.start if is_one_period or not lines else _whole(span.start, lines)
    found = monitoring.metric_data(queries, start, span.end) if queries else []
    measured = {line.id for line in lines if not line.is_expression}
    series = drawn(lines, found)
    is_measured = any(each.times for each in found if each.id in measured)
    return Panel(widget=widget, series=tuple(series), is_measured=is_measured)


def drawn(lines: Sequence[Line], found: Sequence[Series]) -> list[DrawnSeries]:
    """Return the visible lines of a widget with their datapoints, in the order of the widget."""
    names: dict[str, int] = {}
    series = []
    for line in lines:
        for each in found:
            if each.id == line.id and line.is_visible:
                names[each.label] = names.get(each.label, 0) + 1
                name = each.label if names[each.label] == 1 else f"{each.label} ({names[each.label]})"
                series.append(
                    DrawnSeries(
                        name=name,
                        times=each.times,
                        values=each.values,
                        axis=line.axis,
                        color=line.color,
                        period_s=line.period_s,
                    )
                )
    return series


def _whole(start: datetime, lines: Sequence[Line]) -> datetime:
    """Return the start of the longest period around the start of a range, so that the first datapoint is complete."""
    longest_s = max(line.period_s for line in lines)
    return datetime.fromtimestamp(start.timestamp() // longest_s * longest_s, UTC)


def _alarms(monitoring: Monitoring, widget: Widget) -> Panel:
    known = {alarm.arn: alarm for alarm in monitoring.alarms()}
    arns = widget.properties.get("alarms") or []
    return Panel(widget=widget, alarms=tuple(known[arn] for arn in arns if arn in known))
