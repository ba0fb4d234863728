"""Metric values to one line of CloudWatch embedded metric format.

The definitions of each set of metrics are written once, so that a request pays only for its own values. Names that are
plain need no check; whatever else comes, aws-embedded-metrics judges (``library.py``). A test compares the records with
those that the whole library writes.
"""

from __future__ import annotations

import time

from inference_lib.telemetry.logs import members_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from inference_lib.contract.document import Json
    from inference_lib.telemetry.metrics import Metric

MAX_VALUES = 100
"""Most values of one metric in one record (the EMF specification, and the library's own constant)."""

_NO_UNIT = "None"
"""Of a metric whose definition names none [1]_.

.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./")
_MAX_PLAIN = 200
"""Below each limit of CloudWatch and of the library."""
_UNITS = frozenset(("Count", "Milliseconds", "Megabytes", _NO_UNIT))


class Emitter:
    """Writes the records of one model.

    Names, units and dimensions are validated at the first use of each set of metrics.

    Parameters
    ----------
    namespace : str
        CloudWatch namespace.
    dimensions : dict of str to str
        The one set of dimensions.
    members : collection of Metric
        Metrics that the stack does not have: their values are members of a record and no metrics.
    """

    def __init__(self, namespace: str, dimensions: dict[str, str], members: Collection[Metric] = ()) -> None:
        self._namespace = namespace
        self._dimensions = dimensions
        self._members = members
        if not _are_plain((*dimensions, *dimensions.values())):
            self._check()
        self._head = members_text(dimensions)
        self._definitions: dict[tuple[Metric, ...], str] = {}

    def record(self, metrics: Mapping[Metric, float | Sequence[float]], properties: str, further: str = "") -> str:
        """Return one EMF record as a line of JSON, without the line break.

        Parameters
        ----------
        metrics : mapping of Metric to float or sequence of float
            Values; a sequence of more than ``MAX_VALUES`` is replaced by as many evenly spaced quantiles,
            so that a request is always one record. An empty sequence emits nothing.
        properties : str
            JSON members without braces, as ``logs.members_text`` makes them, before the metrics. Searchable in Logs
            Insights and free of charge; never dimensions.
        further : str
            Likewise, after the metrics: Logs Insights finds the first 200 fields of a line only.

        Raises
        ------
        InvalidMetricError
            From the library: a name or a unit is wrong, or a value is not finite.
        """
        values = self._values(metrics)
        kept = tuple(metric for metric in metrics if metric.name in values and metric not in self._members)
        definitions = self._definitions.get(kept)
        if definitions is None:
            definitions = self._definitions[kept] = self._define(kept)
        parts = (
            properties,
            self._head,
            f'"_aws":{{"Timestamp":{int(time.time() * 1000)},"CloudWatchMetrics":{definitions}}}',
            members_text(values),  # type: ignore[arg-type] # numbers, and lists of them
            further,
        )
        return "{" + ",".join(filter(None, parts)) + "}"

    def _values(self, metrics: Mapping[Metric, float | Sequence[float]]) -> dict[str, float | Sequence[float]]:
        values: dict[str, float | Sequence[float]] = {}
        for metric, given in metrics.items():
            value = given if isinstance(given, (int, float)) else quantiles(given)
            total = value if isinstance(value, (int, float)) else sum(value)
            if total - total != 0:
                self._refuse(metric, value)
            if isinstance(value, (int, float)):
                values[metric.name] = value
            elif value:
                values[metric.name] = value[0] if len(value) == 1 else value
        return values

    def _define(self, metrics: Sequence[Metric]) -> str:
        """Return the definitions of a set of metrics."""
        if not _are_plain([metric.name for metric in metrics]) or not _UNITS.issuperset(
            [metric.unit for metric in metrics]
        ):
            self._check([(metric, 0) for metric in metrics])
        written: list[Json] = [
            {"Name": metric.name} if metric.unit == _NO_UNIT else {"Name": metric.name, "Unit": metric.unit}
            for metric in metrics
        ]
        directive: Json = {"Dimensions": [[*self._dimensions]], "Metrics": written, "Namespace": self._namespace}
        return members_text({"": [directive]}).partition(":")[2]

    def _refuse(self, metric: Metric, value: float | Sequence[float]) -> None:
        self._check([(metric, each) for each in ((value,) if isinstance(value, (int, float)) else value)])

    def _check(self, metrics: Sequence[tuple[Metric, float]] = ()) -> None:
        from inference_lib.telemetry import library  # noqa: PLC0415 - the cold start of plain names

        library.check(self._dimensions, metrics)


def _are_plain(names: Iterable[str]) -> bool:
    return all(0 < len(name) <= _MAX_PLAIN and _PLAIN.issuperset(name) for name in names)


def quantiles(values: Sequence[float]) -> Sequence[float]:
    """Return the values, or ``MAX_VALUES`` evenly spaced quantiles of more than that.

    The i-th of n quantiles is the value at rank ``(i + 1/2) / n`` of the sorted values, so that average and
    percentiles stay close to those of all values.
    """
    count = len(values)
    if count <= MAX_VALUES:
        return values
    ordered = sorted(values)
    return [ordered[(2 * i + 1) * count // (2 * MAX_VALUES)] for i in range(MAX_VALUES)]
