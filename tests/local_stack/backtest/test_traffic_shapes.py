"""Each alarm against traffic that misleads alarms: lone requests, low traffic, silence after a breach, a burst."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from inference_lib.contract.document import OUTLIER
from inference_lib.telemetry import metrics as telemetry
from local_stack.declared.evaluation import declare
from local_stack.monitoring.alarms.declared_alarms import MetricAlarm, declared_alarms
from local_stack.monitoring.alarms.evaluation import ALARM
from local_stack.monitoring.alarms.watch import AlarmWatch
from local_stack.monitoring.metrics.store import MetricStore
from tests.program import FULL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from sqlite3 import Connection

    from inference_lib.contract.document import Contract
    from local_stack.declared.evaluation import Declared

_NOON = 1_800_000_000 // 86_400 * 86_400 + 12 * 3_600
_HOUR = 60
"""Minutes."""

_BAD_REQUEST: dict[str, dict[str, float]] = {
    "server-errors": {"5XXError": 1},
    "client-errors": {"4XXError": 1},
    "errors": {"Errors": 1},
    "error-rate": {"Errors": 1, "Invocations": 1},
    "throttles": {"Throttles": 1},
    "latency": {"Duration": 9_900, "Invocations": 1},
    "concurrency": {"ConcurrentExecutions": 990},
    "memory": {"MaxMemoryUsed": 1_000},
    "init-duration": {"InitDuration": 9_000},
    "data-quality": {"MissingValues": 3, "UnknownCategories": 0, "OutOfRange": 0, "Predictions": 1},
    "class-shares": {"Predictions": 1, telemetry.predictions_of("rest").name: 1},
    "low-probability": {"PredictionProbability": 0.1, "Predictions": 1},
    "outliers": {"Predictions": 1, telemetry.predictions_of(OUTLIER).name: 1},
}
"""By alarm, what one request emits that is as bad as a request can be."""

_BAD_RUN: dict[str, dict[str, float]] = {
    "feature-drift": {"FeatureDrift": 4},
    "prediction-drift": {"PredictionDrift": 4},
    "prediction-quality": {"QualityLoss": 4},
    "monitor-errors": {"Errors": 1},
}
"""Likewise one run of the model monitor."""


@dataclass(frozen=True)
class _Alarm:
    """One declared alarm over datapoints."""

    declared: MetricAlarm
    database: Connection

    def fired(self, requests: dict[int, int], bad: dict[str, float], minutes: int) -> list[int]:
        """Return the minutes in ALARM, with so many bad requests at some minutes; those below 0 are the past."""
        store = MetricStore(self.database)
        watch = AlarmWatch(self.database, store, (self.declared,), (), lambda _: None)
        names = {query.series.metric: query.series for query in self.declared.queries if query.series is not None}
        assert names.keys() == bad.keys(), "the request has what the alarm watches"
        fired = []
        for minute in sorted(each for each in requests if each < 0):
            for metric, value in bad.items():
                store.put(names[metric], _NOON + 60 * minute + 1, value, requests[minute])
        for minute in range(minutes):
            for metric, value in bad.items():
                if requests.get(minute):
                    store.put(names[metric], _NOON + 60 * minute + 1, value, requests[minute])
            store.flush()
            watch.evaluate(_NOON + 60 * (minute + 1))
            if watch.state(self.declared.name).value == ALARM:
                fired.append(minute)
        return fired

    def fired_among(self, bad: dict[int, int], good: dict[str, float], each: dict[str, float]) -> list[int]:
        """Return the minutes in ALARM, with 30 good requests in each minute of two hours and some bad ones."""
        store = MetricStore(self.database)
        watch = AlarmWatch(self.database, store, (self.declared,), (), lambda _: None)
        names = {query.series.metric: query.series for query in self.declared.queries if query.series is not None}
        fired = []
        for minute in range(2 * _HOUR):
            for request, count in ((good, 30), (each, bad.get(minute, 0))):
                for metric, value in request.items():
                    if count:
                        store.put(names[metric], _NOON + 60 * minute + 1, value, count)
            store.flush()
            watch.evaluate(_NOON + 60 * (minute + 1))
            if watch.state(self.declared.name).value == ALARM:
                fired.append(minute)
        return fired


@pytest.fixture(scope="module")
def all_on(bundle_path: Path) -> Declared:
    settings = {"modelMonitor": "true", "feedback": "true", "noTrafficHours": "6", "classShareThreshold": "0.2"}
    config = {f"inference:{key}": value for key, value in settings.items()}
    return declare("dev", {**FULL, **config, "inference:clientErrorsBand": "3"}, bundle=bundle_path)


@pytest.fixture(scope="module")
def of_a_detector(detector: Contract, write_bundle: Callable[[Contract], Path]) -> Declared:
    return declare("dev", FULL, bundle=write_bundle(detector))


@pytest.fixture
def alarm(all_on: Declared, of_a_detector: Declared, opened: Callable[..., Connection]) -> Callable[[str], _Alarm]:
    both = [*declared_alarms(of_a_detector)[0], *declared_alarms(all_on)[0]]
    alarms = {each.name.removeprefix("inference-dev-alarm-"): each for each in both}
    assert alarms.keys() == {*_BAD_REQUEST, *_BAD_RUN, "no-traffic"}, "each alarm has its backtests"
    return lambda name: _Alarm(alarms[name], opened(None))


@pytest.mark.parametrize("apart", [1, 5, 10])
@pytest.mark.parametrize("name", _BAD_REQUEST)
def test_one_or_two_lone_requests_raise_no_alarm(alarm: Callable[[str], _Alarm], name: str, apart: int) -> None:
    assert alarm(name).fired({10: 1, 10 + apart: 1}, _BAD_REQUEST[name], 3 * _HOUR) == []


@pytest.mark.parametrize(
    "name",
    ["latency", "low-probability", "error-rate", "data-quality", "class-shares", "outliers", "errors", "server-errors"],
)
def test_shares_percentiles_and_averages_of_low_traffic_raise_no_alarm(
    alarm: Callable[[str], _Alarm], name: str
) -> None:
    every_ten_minutes = dict.fromkeys(range(0, 5 * _HOUR, 10), 1)
    assert alarm(name).fired(every_ten_minutes, _BAD_REQUEST[name], 5 * _HOUR) == []


@pytest.mark.parametrize("name", _BAD_REQUEST)
def test_an_alarm_ends_when_nobody_calls_any_more(alarm: Callable[[str], _Alarm], name: str) -> None:
    hours = 5 if name == "class-shares" else 1
    # The band of normal values learns from the day before.
    past = dict.fromkeys(range(-24 * _HOUR, 0, 5), 1) if name == "client-errors" else {}
    requests = {**past, **dict.fromkeys(range(hours * _HOUR), 30)}
    fired = alarm(name).fired(requests, _BAD_REQUEST[name], 3 * hours * _HOUR)
    assert fired, "so many bad requests raise it"
    assert hours * _HOUR - 5 <= fired[-1] < 2 * hours * _HOUR


@pytest.mark.parametrize("name", sorted(_BAD_REQUEST.keys() - {"errors"}))
def test_a_burst_within_a_minute_raises_no_alarm(alarm: Callable[[str], _Alarm], name: str) -> None:
    assert alarm(name).fired({10: 30}, _BAD_REQUEST[name], 3 * _HOUR) == []


@pytest.mark.parametrize("bad", [{}, dict.fromkeys(range(20, 60), 30), dict.fromkeys(range(20, 60), 3)])
def test_good_data_without_datapoints_of_their_faults_are_good_data_with_zeros(
    alarm: Callable[[str], _Alarm], bad: dict[int, int]
) -> None:
    faults = _BAD_REQUEST["data-quality"]
    zeros = {**dict.fromkeys(faults, 0.0), "Predictions": 1.0}
    left_out = alarm("data-quality").fired_among(bad, {"Predictions": 1.0}, faults)
    assert bool(left_out) == (bad.get(20) == 30), "half of the requests are bad, or few, or none"
    assert left_out == alarm("data-quality").fired_among(bad, zeros, faults)


def test_a_burst_of_errors_is_reported_and_ends(alarm: Callable[[str], _Alarm]) -> None:
    fired = alarm("errors").fired({10: 30}, _BAD_REQUEST["errors"], 3 * _HOUR)
    assert fired, "five failures in five minutes are worth a look"
    assert fired[-1] < 30


@pytest.mark.parametrize("name", _BAD_RUN)
def test_an_alarm_of_the_monitor_ends_when_its_runs_have_too_few_requests(
    alarm: Callable[[str], _Alarm], name: str
) -> None:
    found = alarm(name)
    interval = found.declared.period_s // 60
    fired = found.fired({0: 1}, _BAD_RUN[name], 6 * interval)
    assert fired, "a run compares a whole window of requests"
    assert fired[-1] <= 4 * interval


def test_no_traffic_is_an_alarm_after_its_hours_and_one_request_ends_it(alarm: Callable[[str], _Alarm]) -> None:
    fired = alarm("no-traffic").fired({9 * _HOUR: 1}, {"Count": 1}, 10 * _HOUR)
    assert fired == list(range(fired[0], 9 * _HOUR))
