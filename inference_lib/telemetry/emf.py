"""Metric values to one line of CloudWatch embedded metric format, by aws-embedded-metrics' own code.

The library's context, validation and serializer describe each set of metrics once. That text is cached, so that
a request pays only for its own values. The package's ``__init__`` is not run, because it imports asyncio and
aiohttp to find out whether the process runs on EC2, 190 ms that a Lambda function does not need; nor is
``importlib.metadata``, 26 ms for one version number (docs/decisions/0003-cold-path.md).
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from importlib.machinery import PathFinder

from inference_lib.errors import RuntimeLibraryError
from inference_lib.telemetry.logs import members_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from aws_embedded_metrics.logger.metrics_context import MetricsContext

    from inference_lib.telemetry.metrics import Metric

MAX_VALUES = 100
"""Most values of one metric in one record (the EMF specification, and the library's own constant)."""

_NO_UNIT = "None"
"""Of a metric whose definition names none [1]_.

.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

_PACKAGE = "aws_embedded_metrics"
_METADATA = "importlib.metadata"


def _import_without_package_init() -> None:
    """Import the two modules below an empty package, and remove the substitutes afterwards."""
    spec = PathFinder.find_spec(_PACKAGE)
    if spec is None or spec.submodule_search_locations is None:
        raise RuntimeLibraryError(
            "aws-embedded-metrics is not installed. Install it: pip install 'inference-lib[function]'"
        )
    package = type(sys)(_PACKAGE)
    package.__path__ = list(spec.submodule_search_locations)
    substitutes = {_PACKAGE: package}
    if _METADATA not in sys.modules:
        metadata = type(sys)(_METADATA)
        metadata.__dict__["version"] = lambda _distribution: "3"
        substitutes[_METADATA] = metadata
    sys.modules.update(substitutes)
    try:
        import_module("aws_embedded_metrics.logger.metrics_context")
        import_module("aws_embedded_metrics.serializers.log_serializer")
    finally:
        for name in substitutes:
            del sys.modules[name]


if _PACKAGE not in sys.modules:
    _import_without_package_init()
_context_module = sys.modules["aws_embedded_metrics.logger.metrics_context"]
_serializer_module = sys.modules["aws_embedded_metrics.serializers.log_serializer"]
_MAX_NAME: int = sys.modules["aws_embedded_metrics.constants"].MAX_DIMENSION_NAME_LENGTH
_new_context: type[MetricsContext] = _context_module.MetricsContext
_serialize = _serializer_module.LogSerializer.serialize


class Emitter:
    """Writes the records of one model.

    The library validates names, units and dimensions at the first use of each set of metrics.

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
        self._context()
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

    def _context(self) -> MetricsContext:
        context = _new_context(namespace=self._namespace)
        context.set_dimensions([self._dimensions], use_default=False)
        return context

    def _define(self, metrics: Sequence[Metric]) -> str:
        """Return the definitions of a set of metrics, as the library writes them."""
        context = self._context()
        for index, metric in enumerate(metrics):
            # The library's limit is below CloudWatch's, 255 characters.
            name = metric.name if len(metric.name) <= _MAX_NAME else f"{metric.name[: _MAX_NAME - 9]} {index}"
            context.put_metric(name, 0, metric.unit)
        definitions = json.loads(_serialize(context)[0])["_aws"]["CloudWatchMetrics"]
        for definition, metric in zip(definitions[0]["Metrics"], metrics, strict=True):
            definition["Name"] = metric.name
            if definition["Unit"] == _NO_UNIT:
                del definition["Unit"]
        return members_text({"": definitions}).partition(":")[2]

    def _refuse(self, metric: Metric, value: float | Sequence[float]) -> None:
        for each in (value,) if isinstance(value, (int, float)) else value:
            self._context().put_metric(metric.name, each, metric.unit)


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
