"""The distribution of each feature and of the predictions: in the reference rows of the bundle, and in the log."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from console.monitoring.answers import time_of
from console.monitoring.interface import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from console.monitoring.interface import JsonObject, Monitoring

FUNCTION_LOG = "/aws/lambda/inference-{stack}-predict"
MONITOR_LOG = "/aws/lambda/inference-{stack}-monitor"

INDEXES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""The bin of a value in a record of the log, one character for each variable; the last one takes all that follow."""
MISSING = "-"
_KINDS = ("value", "probability", "score", "margin", "distance")
_TITLES = {"class": "predicted class", "value": "predicted value"}
_MOST_ROWS = 1000
"""Rows of an answer of the log: as many combinations of bins as one query may count."""
_MOST_TOGETHER = 4
_UNSEEN = 2
"""Bins beyond those of the profile: missing values, and unknown categories."""


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A feature or a part of the prediction, with its distribution at export.

    Parameters
    ----------
    name : str
        Of the feature, or the kind of the number or class that is predicted.
    is_prediction : bool
        Whether it is a part of the prediction.
    bins : dict of str to str
        Label of each bin, by index.
    counts : dict of str to float
        Reference rows in each bin, by index.
    """

    name: str
    is_prediction: bool
    bins: dict[str, str]
    counts: dict[str, float]

    @property
    def title(self) -> str:
        """Its name for readers."""
        target, _, part = self.name.rpartition(": ")
        named = _TITLES.get(part, "probability of the prediction" if part == "probability" else part)
        return (f"{target}: {named}" if target else named) if self.is_prediction else self.name


@dataclass(frozen=True, kw_only=True)
class Report:
    """The last report of the model monitor that compared anything.

    Parameters
    ----------
    start, end : datetime
        Its window, in UTC.
    version : str
        Of the model.
    instances : int
        In the window.
    measures : dict of str to (float, float)
        Population stability index and its critical value, by variable; features and predictions separately.
    """

    start: datetime
    end: datetime
    version: str
    instances: int
    measures: dict[tuple[bool, str], tuple[float, float]] = field(default_factory=dict)


def last_report(monitoring: Monitoring, start: datetime, end: datetime) -> Report | None:
    """Return the last report in a range; None without one, such as while the model monitor is off."""
    group = MONITOR_LOG.format(stack=monitoring.about().name)
    query = (
        f"SOURCE '{group}' | fields @timestamp, @message | filter message = \"drift report\" and "
        "ispresent(FeatureDrift) | sort @timestamp desc | limit 1"
    )
    try:
        rows = monitoring.query_log(query, start, end).rows
        return _report(json.loads(rows[0]["@message"])) if rows else None
    except (MonitoringError, ValueError, LookupError, TypeError):
        return None


def _report(record: JsonObject) -> Report:
    measures = {
        (group == "prediction", name): (float(index), float(record[group]["critical_psi"][name]))
        for group in ("features", "prediction")
        for name, index in record[group]["psi"].items()
    }
    return Report(
        start=time_of(record["window_start"]),
        end=time_of(record["window_end"]),
        version=record["model_version"],
        instances=int(record["instances"]),
        measures=measures,
    )


def variables_of(profile: JsonObject) -> list[Variable]:
    """Return the variables of a reference profile, in the order of the bins of a record."""
    rows = profile["rows"]
    found = [
        _variable(name, described, described.get("rows", rows) * described["missing_share"], is_prediction=False)
        for name, described in profile["features"].items()
    ]
    predictions = profile.get("predictions", {})
    for target, parts in predictions.get("targets", {"": predictions}).items():
        start = f"{target}: " if target else ""
        found += [_variable(start + kind, parts[kind], None, is_prediction=True) for kind in _KINDS if kind in parts]
        if "classes" in parts:
            found.append(_variable(f"{start}class", {"categories": parts["classes"]}, None, is_prediction=True))
    return found


def _variable(name: str, described: JsonObject, missing: float | None, *, is_prediction: bool) -> Variable:
    if "categories" in described:
        labels, numbers = list(described["categories"]), list(described["categories"].values())
        labels = [*labels[: len(INDEXES) - 1], *(["others"] if len(labels) >= len(INDEXES) else [])]
    else:
        histogram = described.get("lengths", described)
        labels, numbers = list(_ranges(histogram["edges"])), histogram["counts"]
    counts: dict[str, float] = defaultdict(float)
    for position, number in enumerate(numbers):
        counts[INDEXES[min(position, len(INDEXES) - 1)]] += number
    bins = dict(zip(INDEXES, labels, strict=False))
    if missing is not None:
        bins[MISSING], counts[MISSING] = "missing", round(missing)
    return Variable(name=name, is_prediction=is_prediction, bins=bins, counts=dict(counts))


def _ranges(edges: Sequence[float]) -> Iterator[str]:
    if not edges:
        yield "any value"
        return
    numbers = [repr(float(f"{edge:.6g}")).removesuffix(".0") for edge in edges]
    yield f"up to {numbers[0]}"
    yield from (f"{low} to {high}" for low, high in pairwise(numbers))
    yield f"above {numbers[-1]}"


def counts_in_log(
    monitoring: Monitoring, variables: Sequence[Variable], version: str, start: datetime, end: datetime
) -> list[dict[str, float]]:
    """Return the instances in a window by bin index, for each variable.

    Parameters
    ----------
    monitoring : Monitoring
        Its log is queried, once for a few variables each.
    variables : sequence of Variable
        All variables of the profile, in its order.
    version : str
        Of the model: the bins of other versions differ.
    start, end : datetime
        The window.

    Raises
    ------
    MonitoringError
        The log cannot be queried.
    """
    source = FUNCTION_LOG.format(stack=monitoring.about().name)
    counts: list[dict[str, float]] = [{} for _ in variables]
    for first, width in _groups(variables):
        query = (
            f"SOURCE '{source}' | filter ispresent(bins) and model_version = \"{version}\" and "
            f"strlen(bins) = {len(variables)} | fields substr(bins, {first}, {width}) as part "
            "| stats count(*) as instances by part"
        )
        for row in monitoring.query_log(query, start, end).rows:
            for offset, index in enumerate(row.get("part", "")[:width]):
                of_variable = counts[first + offset]
                of_variable[index] = of_variable.get(index, 0) + float(row["instances"])
    return counts


def _groups(variables: Sequence[Variable]) -> Iterator[tuple[int, int]]:
    """Yield position and number of the variables of each query, so that no answer has too many rows."""
    first = 0
    while first < len(variables):
        width, combinations = 0, 1
        while width < _MOST_TOGETHER and first + width < len(variables):
            combinations *= len(variables[first + width].counts) + _UNSEEN
            if combinations > _MOST_ROWS and width:
                break
            width += 1
        yield first, width
        first += width


def shares(variable: Variable, counts: Mapping[str, float]) -> list[tuple[str, float, float]]:
    """Return label, reference share and present share of each bin that either has."""
    before, now = max(sum(variable.counts.values()), 1), max(sum(counts.values()), 1)
    indexes = [index for index in {**variable.counts, **counts} if variable.counts.get(index) or counts.get(index)]
    return [
        (variable.bins.get(index, "others"), variable.counts.get(index, 0) / before, counts.get(index, 0) / now)
        for index in indexes
    ]


def moved_share(rows: Sequence[tuple[str, float, float]]) -> float:
    """Return the share of the instances that would have to change their bin, 0 to 1 (total variation distance)."""
    return sum(abs(before - now) for _, before, now in rows) / 2
