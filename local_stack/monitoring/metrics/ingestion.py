"""Extracts datapoints from log lines: the embedded metric format, and the declared metric filters.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_stack.monitoring.metrics.filter_patterns import compile_pattern, found
from local_stack.monitoring.metrics.store import SeriesName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from local_stack.declared.evaluation import Declared
    from local_stack.monitoring.metrics.store import MetricStore


@dataclass(frozen=True)
class MetricFilter:
    """One declared metric filter.

    Parameters
    ----------
    matches : callable
        Returns whether a record matches.
    value : str
        A number, or a selector of one.
    series : SeriesName
        The series of the datapoints.
    """

    matches: Callable[[Any], bool]
    value: str
    series: SeriesName

    def datapoint(self, record: object) -> float | None:
        """Return the datapoint of a record, or None."""
        if not self.matches(record):
            return None
        value = found(record, self.value) if self.value.startswith("$") else self.value
        try:
            return float(value)
        except (TypeError, ValueError):
            return None


def metric_filters(declared: Declared) -> tuple[MetricFilter, ...]:
    """Return the metric filters that the program declares."""
    return tuple(
        _metric_filter(resource.inputs) for resource in declared.all("cloudwatch/logMetricFilter:LogMetricFilter")
    )


def _metric_filter(inputs: Mapping[str, Any]) -> MetricFilter:
    made = inputs["metricTransformation"]
    series = SeriesName.of(made["namespace"], made["name"], {})
    return MetricFilter(compile_pattern(inputs["pattern"]), made["value"], series)


class Ingestion:
    """Extracts metrics from the lines of the function's log.

    Parameters
    ----------
    store : MetricStore
        Receives the datapoints.
    filters : iterable of MetricFilter
        The declared filters.
    """

    def __init__(self, store: MetricStore, filters: Iterable[MetricFilter]) -> None:
        self._store = store
        self._filters = tuple(filters)
        self._series: dict[tuple[str, ...], SeriesName] = {}

    def take(self, line: str, moment: float) -> None:
        """Extract the datapoints of one line, written at a time in seconds since the epoch."""
        if not line.startswith("{"):
            return
        try:
            record = json.loads(line)
        except ValueError:
            return
        self.take_record(record, moment)

    def take_record(self, record: dict[str, Any], moment: float) -> None:
        """Extract the datapoints of one record; malformed metrics are left out, as in CloudWatch."""
        if "_aws" in record:
            with contextlib.suppress(LookupError, TypeError, AttributeError):
                for directive in record["_aws"]["CloudWatchMetrics"]:
                    self._embedded(record, directive, moment)
        for each in self._filters:
            value = each.datapoint(record)
            if value is not None:
                self._store.put(each.series, moment, value)

    def _embedded(self, record: Mapping[str, Any], directive: Mapping[str, Any], moment: float) -> None:
        namespace = directive["Namespace"]
        for dimensions in directive["Dimensions"]:
            pairs = [(name, record[name]) for name in dimensions]
            for metric in directive["Metrics"]:
                series = self._name(namespace, metric["Name"], pairs)
                for value in _values(record.get(metric["Name"])):
                    self._store.put(series, moment, value)

    def _name(self, namespace: str, metric: str, pairs: list[tuple[str, str]]) -> SeriesName:
        key = (namespace, metric, *(part for pair in pairs for part in pair))
        name = self._series.get(key)
        if name is None:
            name = self._series[key] = SeriesName.of(namespace, metric, dict(pairs))
        return name


def _values(value: object) -> Iterator[float]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, int | float):
            yield float(each)
