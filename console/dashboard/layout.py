"""Converts the grid of a dashboard's widgets to rows of columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.monitoring.interface import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from console.monitoring.interface import JsonObject

GRID_COLUMNS = 24
"""Of a CloudWatch dashboard.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""
_DEFAULT_SIZE = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Widget:
    """A widget and its place on the grid.

    Parameters
    ----------
    type : str
        Such as ``metric``, ``log``, ``text`` or ``alarm``.
    properties : dict
        As declared.
    x, y, width, height : int
        In units of the grid.
    """

    type: str
    properties: JsonObject
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Column:
    """A part of a row.

    Parameters
    ----------
    width : int
        In units of the grid.
    content : Widget, tuple of Row, or None
        A widget, rows below one another, or nothing.
    """

    width: int
    content: Widget | tuple[Row, ...] | None


Row = tuple[Column, ...]


def widgets_of(body: JsonObject) -> list[Widget]:
    """Return the widgets of a dashboard.

    Parameters
    ----------
    body : dict
        Of the dashboard. A widget without a position is below the others, as in CloudWatch.

    Raises
    ------
    MonitoringError
        The body is not a dashboard's.
    """
    entries = body.get("widgets")
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise MonitoringError('The dashboard cannot be read: expected "widgets", a list of objects.')
    found: list[Widget] = []
    for entry in entries:
        below = max((each.y + each.height for each in found), default=0)
        x = min(int(entry.get("x", 0)), GRID_COLUMNS - 1)
        found.append(
            Widget(
                type=str(entry.get("type")),
                properties=entry.get("properties") or {},
                x=x,
                y=int(entry.get("y", below)),
                width=max(1, min(int(entry.get("width", _DEFAULT_SIZE)), GRID_COLUMNS - x)),
                height=max(1, int(entry.get("height", _DEFAULT_SIZE))),
            )
        )
    return found


def rows_of(widgets: Sequence[Widget]) -> tuple[Row, ...]:
    """Return rows, from top to bottom, that contain each widget once, at its position and width.

    The grid is cut horizontally wherever the cut crosses no widget, then each band vertically, and so on.
    Widgets that no straight cut separates are placed below one another.
    """
    return _rows(widgets, 0, GRID_COLUMNS)


def _rows(widgets: Sequence[Widget], left: int, right: int) -> tuple[Row, ...]:
    bands = _cut(widgets, lambda each: each.y, lambda each: each.y + each.height)
    return tuple(row for band in bands for row in _band(band, left, right))


def _band(band: Sequence[Widget], left: int, right: int) -> tuple[Row, ...]:
    parts = _cut(band, lambda each: each.x, lambda each: each.x + each.width)
    if len(parts) == 1 and len(band) > 1:
        return tuple((Column(right - left, each),) for each in sorted(band, key=lambda each: (each.y, each.x)))
    columns: list[Column] = []
    at = left
    for part in parts:
        start, end = min(each.x for each in part), max(each.x + each.width for each in part)
        if start > at:
            columns.append(Column(start - at, None))
        columns.append(Column(end - start, part[0] if len(part) == 1 else _rows(part, start, end)))
        at = end
    if at < right:
        columns.append(Column(right - at, None))
    return (tuple(columns),)


def _cut(widgets: Sequence[Widget], begin: Callable[[Widget], int], end: Callable[[Widget], int]) -> list[list[Widget]]:
    """Return the groups of widgets between which a straight cut is possible, in order."""
    groups: list[list[Widget]] = []
    reached = 0
    for widget in sorted(widgets, key=begin):
        if groups and begin(widget) < reached:
            groups[-1].append(widget)
        else:
            groups.append([widget])
        reached = max(reached, end(widget))
    return groups
