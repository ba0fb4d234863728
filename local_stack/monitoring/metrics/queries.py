"""Queries of the metrics, as in GetMetricData, alarms and dashboards.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
.. [2] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html
"""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_stack.errors import ExpressionError
from local_stack.monitoring.metrics.expressions import Scope, evaluate
from local_stack.monitoring.metrics.store import MINUTE_S, SeriesName

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local_stack.monitoring.metrics.distribution import Distribution
    from local_stack.monitoring.metrics.expressions import Points
    from local_stack.monitoring.metrics.store import MetricStore

MAX_DATAPOINTS = 100_800
"""Maximum number of datapoints in an answer [1]_."""

_DEFAULT_PERIOD_S = 300
_BAND = re.compile(r"\s*ANOMALY_DETECTION_BAND\(\s*(\w+)\s*(?:,\s*([\d.]+)\s*)?\)\s*")
_HOUR_S, _DAY_S = 3_600, 86_400
_LEARNT_S = 14 * _DAY_S
_FEWEST = 10
_LEAST_SPREAD = 1.0
"""For a series that never changed; with less, every change would be abnormal."""


@dataclass(frozen=True, kw_only=True)
class MetricQuery:
    """One query.

    Parameters
    ----------
    id : str
        Its name in expressions.
    label : str
        For display.
    is_returned : bool
        Whether the answer contains it.
    series : SeriesName or None
        The series; None for an expression.
    statistic : str
        Of the series.
    expression : str
        Metric math over other ids; empty for a series.
    period_s : int, seconds
        Length of a datapoint.
    """

    id: str
    label: str
    is_returned: bool = True
    series: SeriesName | None = None
    statistic: str = ""
    expression: str = ""
    period_s: int


def query_of(document: Mapping[str, Any]) -> MetricQuery:
    """Return the query that a member of ``MetricDataQueries`` describes.

    Raises
    ------
    ExpressionError
        It is malformed.
    """
    try:
        id_ = document["Id"]
        options = {
            "id": id_,
            "label": document.get("Label") or id_,
            "is_returned": bool(document.get("ReturnData", True)),
        }
        stat = document.get("MetricStat")
        if stat is None:
            period = int(document.get("Period") or 0)
            return MetricQuery(**options, expression=document["Expression"], period_s=period)
        metric = stat["Metric"]
        dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions", [])}
        series = SeriesName.of(metric["Namespace"], metric["MetricName"], dimensions)
        period = int(stat["Period"])
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ExpressionError(
            "a query needs an Id, and a MetricStat with Metric, Period and Stat, or an Expression"
        ) from error
    if period < MINUTE_S or period % MINUTE_S:
        raise ExpressionError(f"{id_}: expected a period that is a multiple of {MINUTE_S} s")
    return MetricQuery(**options, series=series, statistic=stat["Stat"], period_s=period)


class MetricReader:
    """Answers queries for one span of time.

    Parameters
    ----------
    store : MetricStore
        The metrics.
    queries : iterable of MetricQuery
        All queries that expressions may name.
    start, end : float, seconds since the epoch
        Of the span.
    origin : float, seconds since the epoch
        Periods begin here and at every multiple after it.

    Raises
    ------
    ExpressionError
        Two queries have the same id, or the span has too many periods.
    """

    def __init__(
        self, store: MetricStore, queries: Iterable[MetricQuery], start: float, end: float, origin: float = 0
    ) -> None:
        self._store = store
        self._queries: dict[str, MetricQuery] = {}
        for query in queries:
            if query.id in self._queries:
                raise ExpressionError(f"two queries have the id {query.id!r}")
            self._queries[query.id] = query
        self._start, self._end, self._origin = start, end, origin
        self._made: dict[str, Points] = {}
        self._open: set[str] = set()
        plain = [query.period_s for query in self._queries.values() if query.series is not None]
        self._period_s = max(plain, default=_DEFAULT_PERIOD_S)
        if any((end - start) / period > MAX_DATAPOINTS for period in plain):
            raise ExpressionError(f"expected at most {MAX_DATAPOINTS} periods; choose a shorter span or longer periods")

    def points(self, id_: str) -> Points:
        """Return the datapoints of a query, by the start of their periods.

        Raises
        ------
        ExpressionError
            There is no such query, it names itself, or its expression is wrong.
        """
        if id_ not in self._made:
            query = self._queries.get(id_)
            if query is None or id_ in self._open:
                raise ExpressionError(f"an expression names {id_!r}, which is not another query")
            self._open.add(id_)
            self._made[id_] = self._answer(query)
            self._open.discard(id_)
        return self._made[id_]

    def band(self, query: MetricQuery) -> tuple[Points, Points] | None:
        """Return the lower and the upper edge of the band of expected values; None when the query is not a band.

        The expected value of a period is the mean of the values at the same hour of the days before, or of all
        values when these are too few; the band is a number of standard deviations to each side. CloudWatch
        trains a model instead [2]_.
        """
        match = _BAND.fullmatch(query.expression)
        if match is None:
            return None
        watched = self._queries.get(match[1])
        if watched is None or watched.series is None:
            raise ExpressionError(f"{query.expression}: {match[1]!r} is not a series")
        width = float(match[2] or 2)
        history = self._read(watched, self._start - _LEARNT_S)
        lower, upper = {}, {}
        for moment in self.points(watched.id):
            seen = _comparable(history, moment)
            if len(seen) >= _FEWEST:
                middle = statistics.fmean(seen)
                spread = max(statistics.pstdev(seen), _LEAST_SPREAD)
                lower[moment], upper[moment] = middle - width * spread, middle + width * spread
        return lower, upper

    def _answer(self, query: MetricQuery) -> Points:
        if query.series is not None:
            return self._read(query, self._start)
        names = set(re.findall(r"[a-z]\w*", query.expression)) & set(self._queries)
        whole = "METRICS(" in query.expression.replace(" ", "")
        read = [each.id for each in self._queries.values() if each.series is not None] if whole else sorted(names)
        first = self._origin - (self._origin - self._start) // self._period_s * self._period_s
        periods = range(int(first), int(self._end), self._period_s)
        scope = Scope(
            series={id_: self.points(id_) for id_ in read},
            periods=tuple(float(period) for period in periods),
            period_s=self._period_s,
        )
        return evaluate(query.expression, scope)

    def _read(self, query: MetricQuery, start: float) -> Points:
        if query.series is None:
            return {}
        found = self._store.read(query.series, start, self._end, query.period_s, self._origin)
        return {period: _statistic(distribution, query) for period, distribution in found.items()}


def _statistic(distribution: Distribution, query: MetricQuery) -> float:
    try:
        return distribution.statistic(query.statistic)
    except ValueError as error:
        raise ExpressionError(f"{query.id}: {error}") from error


def _comparable(history: Points, moment: float) -> list[float]:
    """Return earlier values: those at the same hour if there are enough, else all."""
    before = {when: value for when, value in history.items() if when < moment}
    hour = _hour(moment)
    same_hour = [value for when, value in before.items() if moment - when >= _DAY_S / 2 and _hour(when) == hour]
    return same_hour if len(same_hour) >= _FEWEST else list(before.values())


def _hour(moment: float) -> int:
    return int(moment) % _DAY_S // _HOUR_S
