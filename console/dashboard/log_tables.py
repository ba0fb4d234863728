"""Converts answers of Logs Insights to tables and series."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from console.charts.frames import DrawnSeries

if TYPE_CHECKING:
    from console.monitoring.interface import LogAnswer

_TIMESTAMP = "@timestamp"
_BIN = "bin("


def table_of(answer: LogAnswer) -> pd.DataFrame:
    """Return the rows with their columns in the order of the query; numbers and times are converted."""
    columns = list(dict.fromkeys(name for row in answer.rows for name in row))
    table = pd.DataFrame(list(answer.rows), columns=columns)
    for name in columns:
        if name == _TIMESTAMP or name.startswith(_BIN):
            table[name] = pd.to_datetime(table[name], utc=True, errors="coerce", format="mixed")
        else:
            table[name] = _numbers(table[name])
    return table


def _numbers(column: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(column, errors="coerce")
    return numbers if numbers.notna().equals(column.notna()) else column


def lines_of_log(answer: LogAnswer) -> list[DrawnSeries]:
    """Return a series for each numeric column over the times of ``bin(...)``; none if the query has no such column."""
    table = table_of(answer)
    time = next((name for name in table.columns if name.startswith(_BIN)), None)
    if time is None:
        return []
    table = table.dropna(subset=[time]).sort_values(time)
    times = [_utc(each) for each in table[time]]
    groups = [name for name in table.columns if name != time and not pd.api.types.is_numeric_dtype(table[name])]
    if groups:
        return _grouped(table, time, groups)
    period_s = _period_s(times)
    return [
        DrawnSeries(name=name, times=tuple(times), values=tuple(table[name].fillna(0).astype(float)), period_s=period_s)
        for name in table.columns
        if name != time
    ]


def _grouped(table: pd.DataFrame, time: str, groups: list[str]) -> list[DrawnSeries]:
    """Return a series for each combination of the texts in a row, as ``stats ... by name, bin(1h)`` returns them."""
    numbers = [name for name in table.columns if name != time and name not in groups]
    made = []
    for words, part in table.groupby(groups, sort=True):
        times = tuple(_utc(each) for each in part[time])
        head = ", ".join(map(str, words))
        for number in numbers:
            name = head if len(numbers) == 1 else f"{head} {number}"
            values = tuple(part[number].fillna(0).astype(float))
            made.append(DrawnSeries(name=name, times=times, values=values, period_s=_period_s(list(times))))
    return made


def _period_s(times: list[datetime]) -> int:
    steps = [int((after - before).total_seconds()) for before, after in pairwise(times)]
    return min((step for step in steps if step > 0), default=3600)


def _utc(time: pd.Timestamp) -> datetime:
    return time.to_pydatetime().astimezone(UTC)
