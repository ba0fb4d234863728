"""The metrics that AWS itself measures for the function and the API.

References
----------
.. [1] https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
.. [2] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.monitoring.metrics import API_GATEWAY, LAMBDA
from local_stack.monitoring.metrics.store import SeriesName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_stack.machine.clock import Clock
    from local_stack.monitoring.metrics.store import MetricStore

CLIENT_ERROR, SERVER_ERROR = 400, 500


class _Meter:
    """Writes the metrics of one namespace and one set of dimensions."""

    def __init__(self, store: MetricStore, clock: Clock, namespace: str, dimensions: Mapping[str, str]) -> None:
        self._store = store
        self._clock = clock
        self._namespace = namespace
        self._dimensions = dimensions
        self._names: dict[str, SeriesName] = {}

    def _put(self, metric: str, value: float) -> None:
        name = self._names.get(metric)
        if name is None:
            name = self._names[metric] = SeriesName.of(self._namespace, metric, self._dimensions)
        self._store.put(name, self._clock.now(), value)


class FunctionMeter(_Meter):
    """The metrics that Lambda emits [1]_.

    Parameters
    ----------
    store : MetricStore
        Receives the datapoints.
    clock : Clock
        For their times.
    function_name : str
        The dimension.
    """

    def __init__(self, store: MetricStore, clock: Clock, function_name: str) -> None:
        super().__init__(store, clock, LAMBDA, {"FunctionName": function_name})

    def invoked(self, duration_ms: float, *, failed: bool) -> None:
        """Count an invocation that has ended."""
        self._put("Invocations", 1)
        self._put("Errors", float(failed))
        self._put("Duration", duration_ms)

    def concurrent(self, running: int) -> None:
        """Record the number of concurrent invocations."""
        self._put("ConcurrentExecutions", running)
        self._put("Throttles", 0)

    def throttled(self) -> None:
        """Count a request that found no environment."""
        self._put("Throttles", 1)


class ApiMeter(_Meter):
    """The metrics that API Gateway emits [2]_.

    Parameters
    ----------
    store : MetricStore
        Receives the datapoints.
    clock : Clock
        For their times.
    api_name, stage : str
        The dimensions.
    """

    def __init__(self, store: MetricStore, clock: Clock, api_name: str, stage: str) -> None:
        super().__init__(store, clock, API_GATEWAY, {"ApiName": api_name, "Stage": stage})

    def answered(self, status: int, latency_ms: float | None, integration_ms: float | None = None) -> None:
        """Count a response; an unknown latency is None, such as that of a function that was not called."""
        self._put("Count", 1)
        self._put("4XXError", float(CLIENT_ERROR <= status < SERVER_ERROR))
        self._put("5XXError", float(status >= SERVER_ERROR))
        for metric, value in (("Latency", latency_ms), ("IntegrationLatency", integration_ms)):
            if value is not None:
                self._put(metric, value)
