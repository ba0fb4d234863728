"""Converts the ``metrics`` of a dashboard's widget to queries of GetMetricData.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
.. [2] https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from console.monitoring.interface import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from console.charts.frames import Axis
    from console.monitoring.interface import JsonObject

SAME = "."
"""Repeats the item at the same position of the metric before."""
REST_SAME = "..."
"""Repeats the missing items from the metric before."""

_DEFAULT_STATISTIC = "Average"
_DEFAULT_PERIOD_S = 300
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a graph.

    Parameters
    ----------
    query : dict
        Of GetMetricData.
    axis : str
        The side of its axis.
    color : str
        As declared, or empty.
    period_s : int, seconds
        Length of a datapoint.
    """

    query: JsonObject
    axis: Axis
    color: str
    period_s: int

    @property
    def id(self) -> str:
        """The id of its query."""
        return str(self.query["Id"])

    @property
    def is_visible(self) -> bool:
        """Whether the graph draws it; other lines only feed expressions."""
        return bool(self.query["ReturnData"])

    @property
    def is_expression(self) -> bool:
        """Whether it is metric math on other lines."""
        return "Expression" in self.query


def lines_of(properties: JsonObject, period_s: int | None = None) -> tuple[Line, ...]:
    """Return the lines of a metric widget.

    Parameters
    ----------
    properties : dict
        Of the widget: ``metrics``, with the defaults ``stat`` and ``period``.
    period_s : int, optional, seconds
        Length of every datapoint; None for the declared lengths.

    Raises
    ------
    MonitoringError
        An entry is malformed; the message names it.
    """
    entries = list(_expanded(properties.get("metrics", [])))
    statistic = str(properties.get("stat") or _DEFAULT_STATISTIC)
    declared_s = int(properties.get("period") or _DEFAULT_PERIOD_S)
    return tuple(
        _line(metric, {"stat": statistic, **options}, id_, period_s or int(options.get("period") or declared_s))
        for (metric, options), id_ in zip(entries, _ids([options for _, options in entries]), strict=True)
    )


def _ids(entries: Sequence[JsonObject]) -> list[str]:
    """Return the id of each entry; an entry without one gets an unused id."""
    taken = {str(options["id"]) for options in entries if "id" in options}
    free = (each for each in (f"m{number}" for number in count(1)) if each not in taken)
    found = [str(options["id"]) if "id" in options else next(free) for options in entries]
    for index, id_ in enumerate(found):
        if not _ID.fullmatch(id_):
            raise MonitoringError(
                f"metrics[{index}] of a widget: expected an id of letters, digits and _ that begins with a-z."
            )
    return found


def _expanded(entries: Sequence[object]) -> Iterator[tuple[list[str], JsonObject]]:
    before: list[str] = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, list) or not entry:
            raise MonitoringError(f"metrics[{index}] of a widget: expected a list that is not empty.")
        options = entry[-1] if isinstance(entry[-1], dict) else {}
        items = [str(item) for item in entry if not isinstance(item, dict)]
        if "expression" in options:
            yield [], options
            continue
        before = expand(items, before, f"metrics[{index}]")
        yield before, options


def expand(items: Sequence[str], before: Sequence[str], place: str = "the metric") -> list[str]:
    """Return the namespace, name and dimensions of a metric, with its shorthand resolved.

    Parameters
    ----------
    items : sequence of str
        With ``.`` and ``...``.
    before : sequence of str
        The metric before, resolved.
    place : str
        Its name in error messages.

    Raises
    ------
    MonitoringError
        The shorthand has nothing to repeat, or the metric lacks its name or a dimension its value.
    """
    if REST_SAME in items:
        at = items.index(REST_SAME)
        filled = max(0, len(before) - len(items) + 1)
        items = [*items[:at], *before[at : at + filled], *items[at + 1 :]]
    same = [index for index, item in enumerate(items) if item == SAME]
    if same and same[-1] >= len(before):
        raise MonitoringError(f'{place} of a widget: "." has no item above it to repeat.')
    full = [before[index] if item == SAME else item for index, item in enumerate(items)]
    if len(full) < 2 or len(full) % 2:  # noqa: PLR2004 - namespace and name, then pairs
        raise MonitoringError(
            f"{place} of a widget: expected a namespace, a metric's name and pairs of dimension and value."
        )
    return full


def _line(metric: Sequence[str], options: JsonObject, id_: str, period_s: int) -> Line:
    query: JsonObject = {"Id": id_, "ReturnData": options.get("visible", True) is not False}
    if "label" in options:
        query["Label"] = str(options["label"])
    if "expression" in options:
        query |= {"Expression": str(options["expression"]), "Period": period_s}
    else:
        namespace, name, *pairs = metric
        dimensions = [{"Name": key, "Value": value} for key, value in zip(pairs[::2], pairs[1::2], strict=True)]
        query["MetricStat"] = {
            "Metric": {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions},
            "Period": period_s,
            "Stat": str(options["stat"]),
        }
    axis: Axis = "right" if options.get("yAxis") == "right" else "left"
    return Line(query=query, axis=axis, color=str(options.get("color", "")), period_s=period_s)


def queries_of(lines: Sequence[Line]) -> list[JsonObject]:
    """Return the queries of a widget's lines; none if nothing is drawn, because GetMetricData would refuse them."""
    return [line.query for line in lines] if any(line.is_visible for line in lines) else []
