"""The annotations of a widget: thresholds with a filled side, bands, and points in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from console.monitoring.answers import time_of
from console.monitoring.interface import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from console.charts.frames import Axis
    from console.monitoring.interface import JsonObject

Side = Literal["", "above", "below", "between", "before", "after"]

_DEFAULT_COLOR = "#d62728"
_FAR = 20
"""A threshold above this multiple of the data is drawn at the edge, so that it does not flatten the data."""
_ROOM = 0.12
_ROOM_FOR_WORDS = 0.35


@dataclass(frozen=True, kw_only=True)
class Level:
    """A value across the graph.

    Parameters
    ----------
    value : float
        On the scale of ``axis``.
    until : float, optional
        The other end of a band.
    label, color : str
        As declared.
    fill : str
        The filled side.
    axis : str
        The side of its scale.
    """

    value: float
    until: float | None
    label: str
    color: str
    fill: Side
    axis: Axis


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A time across the graph.

    Parameters
    ----------
    time : datetime
        In UTC.
    until : datetime, optional
        The other end of a band.
    label, color : str
        As declared.
    fill : str
        The filled side.
    """

    time: datetime
    until: datetime | None
    label: str
    color: str
    fill: Side


def levels_of(properties: JsonObject) -> tuple[Level, ...]:
    """Return the horizontal annotations of a widget that are visible.

    Raises
    ------
    MonitoringError
        The value of an annotation is not a number.
    """
    found: dict[tuple[object, ...], Level] = {}
    for first, second in _entries(properties, "horizontal"):
        level = Level(
            value=_number(first),
            until=None if second is None else _number(second),
            label=str(first.get("label") or (second or {}).get("label") or ""),
            color=str(first.get("color") or _DEFAULT_COLOR),
            fill=_fill(first, second, {"above", "below"}),
            axis="right" if first.get("yAxis") == "right" else "left",
        )
        # Thresholds with the same value are one line with all labels.
        place = level.value, level.until, level.color, level.fill, level.axis
        known = found.get(place)
        found[place] = replace(known, label=f"{known.label}, {level.label}") if known else level
    return tuple(found.values())


def moments_of(properties: JsonObject) -> tuple[Moment, ...]:
    """Return the vertical annotations of a widget that are visible.

    Raises
    ------
    MonitoringError
        The value of an annotation is not a time.
    """
    return tuple(
        Moment(
            time=_moment(first),
            until=None if second is None else _moment(second),
            label=str(first.get("label") or ""),
            color=str(first.get("color") or _DEFAULT_COLOR),
            fill=_fill(first, second, {"before", "after"}),
        )
        for first, second in _entries(properties, "vertical")
    )


def _entries(properties: JsonObject, kind: str) -> list[tuple[JsonObject, JsonObject | None]]:
    entries = (properties.get("annotations") or {}).get(kind) or []
    pairs = [(each[0], each[1] if len(each) > 1 else None) if isinstance(each, list) else (each, None)
             for each in entries]  # fmt: skip
    return [pair for pair in pairs if pair[0].get("visible", True) is not False and pair[0].get("value") is not None]


def _fill(first: JsonObject, second: JsonObject | None, known: set[str]) -> Any:  # noqa: ANN401 - one of Side
    if second is not None:
        return "between"
    return first["fill"] if first.get("fill") in known else ""


def _number(entry: JsonObject) -> float:
    try:
        return float(entry["value"])
    except (TypeError, ValueError, KeyError) as error:
        raise MonitoringError("A horizontal annotation of a widget: expected a number for its value.") from error


def _moment(entry: JsonObject) -> datetime:
    try:
        return time_of(str(entry["value"]))
    except (ValueError, KeyError) as error:
        raise MonitoringError("A vertical annotation of a widget: expected an ISO 8601 time for its value.") from error


def limits_of(axis: JsonObject, values: Iterable[float], levels: Sequence[Level]) -> tuple[float, float]:
    """Return the lowest and the highest value of a scale.

    Parameters
    ----------
    axis : dict
        A side of the widget's ``yAxis``; its ``min`` and ``max`` override the limits.
    values : iterable of float
        All values on the scale.
    levels : sequence of Level
        The limits include each level unless it is far from the values.
    """
    finite = [value for value in values if isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    ends = [end for level in levels for end in (level.value, level.until) if end is not None]
    near = [end for end in ends if not finite or high <= 0 or abs(end) <= _FAR * max(abs(high), abs(low))]
    low, high = min([low, *near]), max([high, *near])
    low = min(low, 0.0) if low < high * 2 / 3 or low == high > 0 else low - (high - low or abs(high)) * _ROOM
    room = high + (high - low) * (_ROOM if len(near) == len(ends) else _ROOM_FOR_WORDS)
    bottom = float(axis["min"]) if axis.get("min") is not None else low
    top = float(axis["max"]) if axis.get("max") is not None else room
    return (bottom, top) if top > bottom else (bottom, bottom + 1.0)
