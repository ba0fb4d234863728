"""The tables of charts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

Axis = Literal["left", "right"]
"""The side of a graph's scale."""

TIME_FORMAT = "%d %b %H:%M UTC"
COLUMNS = ("time", "at", "series", "value", "axis", "alone")
_DEFAULT_PERIOD_S = 300


@dataclass(frozen=True, kw_only=True)
class DrawnSeries:
    """One line of a graph.

    Parameters
    ----------
    name : str
        In the legend; unique in the graph.
    times, values : tuple
        Its datapoints, ascending in time.
    axis : str
        The side of its scale.
    color : str
        As declared, or empty.
    period_s : int, seconds
        Length of a datapoint.
    """

    name: str
    times: tuple[datetime, ...]
    values: tuple[float, ...]
    axis: Axis = "left"
    color: str = ""
    period_s: int = _DEFAULT_PERIOD_S


def epoch_ms(time: datetime) -> float:
    """Return a time for charts: milliseconds since 1970."""
    return time.timestamp() * 1000


def frame_of(series: Iterable[DrawnSeries]) -> pd.DataFrame:
    """Return a row for each datapoint, and a row without a value for each gap of a line.

    ``at`` is the time as text; ``alone`` marks a datapoint without a neighbour to draw a line to.
    """
    rows = [
        {"time": epoch_ms(time), "at": f"{time:{TIME_FORMAT}}", "series": each.name, "value": value, "axis": each.axis,
         "alone": alone}
        for each in series
        for time, value, alone in _points(each)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _points(series: DrawnSeries) -> Iterator[tuple[datetime, float | None, bool]]:
    gaps = [(after - before).total_seconds() > series.period_s * 1.5 for before, after in pairwise(series.times)]
    for index, (time, value) in enumerate(zip(series.times, series.values, strict=True)):
        begins = index == 0 or gaps[index - 1]
        ends = index == len(gaps) or gaps[index]
        yield time, value, begins and ends
        if ends and index < len(gaps):
            yield time + (series.times[index + 1] - time) / 2, None, False


def filled(series: Sequence[DrawnSeries], end: datetime) -> list[DrawnSeries]:
    """Return series that can be stacked as steps.

    Each has a datapoint at each time of any series, zero if it had none, so that the series above it do not
    drop; and one more at the end of the last period, or of the range, so that the last step has a width.

    Parameters
    ----------
    series : sequence of DrawnSeries
        The series to stack.
    end : datetime
        The end of the range.
    """
    times = sorted({time for each in series for time in each.times})
    if not times:
        return list(series)
    period = timedelta(seconds=max(each.period_s for each in series))
    last = max(times[-1], min(times[-1] + period, end))
    made = []
    for each in series:
        known: Mapping[datetime, float] = dict(zip(each.times, each.values, strict=True))
        values = [known.get(time, 0.0) for time in times]
        made.append(replace(each, times=(*times, last), values=(*values, values[-1])))
    return made
