"""Metric values to one line of CloudWatch embedded metric format, by aws-embedded-metrics' own code.

The library's context, validation and serializer are used as they are. Its package ``__init__`` is not
run, because it imports asyncio and aiohttp to find out whether the process runs on EC2, 190 ms that a
Lambda function never needs; nor is ``importlib.metadata``, 26 ms for one version number
(docs/decisions/0003-cold-path.md).
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.machinery import PathFinder

from inference_lib.errors import RuntimeLibraryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_embedded_metrics.logger.metric import Metric as EmfMetric
    from aws_embedded_metrics.logger.metrics_context import MetricsContext

    from inference_lib.contract import Json
    from inference_lib.telemetry import Metric

MAX_VALUES = 100
"""Most values of one metric in one record (the EMF specification, and the library's own constant)."""

_PACKAGE = "aws_embedded_metrics"
_METADATA = "importlib.metadata"


def _import_without_package_init() -> None:
    """Import the two modules below an empty package, and leave no trace of the substitutes."""
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
_new_context: type[MetricsContext] = _context_module.MetricsContext
_new_metric: type[EmfMetric] = _context_module.Metric
_serialize = _serializer_module.LogSerializer.serialize


def execution_environment() -> dict[str, str]:
    """Return the properties that the library itself adds to each record on Lambda."""
    return {
        "executionEnvironment": os.environ.get("AWS_EXECUTION_ENV", ""),
        "memorySize": os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", ""),
        "functionVersion": os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", ""),
        "logStreamId": os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", ""),
    }


class Emitter:
    """Writes the records of one model.

    The library validates names, units and dimensions at the first use of each; after that only values are
    new, and a request pays for those alone.

    Parameters
    ----------
    namespace : str
        CloudWatch namespace.
    dimensions : dict of str to str
        The one set of dimensions.
    """

    def __init__(self, namespace: str, dimensions: dict[str, str]) -> None:
        self._namespace = namespace
        self._dimensions = dimensions
        self._environment = execution_environment()
        self._validated = _new_context(namespace=namespace)
        self._validated.set_dimensions([dimensions], use_default=False)

    def record(self, metrics: Mapping[Metric, float | Sequence[float]], properties: Mapping[str, Json]) -> str:
        """Return one EMF record as a line of JSON, without the line break.

        Parameters
        ----------
        metrics : mapping of Metric to float or sequence of float
            Values; a sequence of more than ``MAX_VALUES`` is replaced by as many evenly spaced quantiles,
            so that a request is always one record. An empty sequence emits nothing.
        properties : mapping of str to JSON
            Searchable in Logs Insights and free of charge; never dimensions.

        Raises
        ------
        InvalidMetricError
            From the library: a value is not finite.
        """
        context = _new_context(
            namespace=self._namespace, dimensions=[self._dimensions], properties={**self._environment, **properties}
        )
        trace = os.environ.get("_X_AMZN_TRACE_ID", "")
        if "Sampled=1" in trace:
            context.set_property("traceId", trace)
        for metric, values in metrics.items():
            if metric.name not in self._validated.metrics:
                self._validated.put_metric(metric.name, 0, metric.unit)
            for value in (values,) if isinstance(values, (int, float)) else quantiles(values):
                if value - value != 0 or metric.name in context.metrics:
                    context.put_metric(metric.name, value, metric.unit)
                else:
                    context.metrics[metric.name] = _new_metric(value, metric.unit)
        line: str = _serialize(context)[0]
        return line


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
