"""What AWS measures of the function and the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_stack.machine.clock import Clock
from local_stack.monitoring.metrics.meters import ApiMeter, FunctionMeter
from local_stack.monitoring.metrics.store import MetricStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

_MOMENT = 1_800_000_000


class _Still(Clock):
    """A clock that stands still."""

    def now(self) -> float:
        return _MOMENT


@pytest.fixture
def store(opened: Callable[..., Connection]) -> MetricStore:
    return MetricStore(opened())


def _read(store: MetricStore) -> dict[str, tuple[float, float]]:
    """Return sum and number of the datapoints by metric."""
    found = {}
    for name in store.names():
        (each,) = store.read(name, _MOMENT - 60, _MOMENT + 60, 60).values()
        found[name.metric] = each.statistic("Sum"), each.statistic("SampleCount")
    return found


def test_an_invocation_is_counted_with_its_duration_and_failure(store: MetricStore) -> None:
    meter = FunctionMeter(store, _Still(), "f")
    meter.invoked(20.0, failed=False)
    meter.invoked(30.0, failed=True)
    meter.concurrent(3)
    meter.throttled()
    assert _read(store) == {
        "Invocations": (2, 2),
        "Errors": (1, 2),
        "Duration": (50, 2),
        "ConcurrentExecutions": (3, 1),
        "Throttles": (1, 2),
    }
    assert {(name.namespace, name.dimensions) for name in store.names()} == {("AWS/Lambda", (("FunctionName", "f"),))}


@pytest.mark.parametrize(
    ("status", "client", "server"),
    [(200, 0, 0), (399, 0, 0), (400, 1, 0), (499, 1, 0), (500, 0, 1), (504, 0, 1)],
)
def test_a_response_is_an_error_by_its_status(store: MetricStore, status: int, client: int, server: int) -> None:
    ApiMeter(store, _Still(), "api", "dev").answered(status, 20.0, 15.0)
    assert _read(store) == {
        "Count": (1, 1),
        "4XXError": (client, 1),
        "5XXError": (server, 1),
        "Latency": (20, 1),
        "IntegrationLatency": (15, 1),
    }


def test_a_latency_that_is_not_known_is_no_datapoint(store: MetricStore) -> None:
    meter = ApiMeter(store, _Still(), "api", "dev")
    meter.answered(403, None)
    meter.answered(403, 0.0)
    assert {name: number for name, (_, number) in _read(store).items()} == {
        "Count": 2,
        "4XXError": 2,
        "5XXError": 2,
        "Latency": 1,
    }
