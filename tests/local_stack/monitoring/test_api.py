"""The API of a running stack that the console reads."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from inference_lib.telemetry.metrics import namespace
from tests.local_stack.asking import query, total
from tests.local_stack.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from local_stack.declared.evaluation import Declared
    from tests.local_stack.conftest import Running

    Start = Callable[..., AbstractContextManager[Running]]

_INSTANCE = {"age": 41.5, "cups of coffee": 3, "chronotype": "late"}


def _predict(running: Running, instances: int = 1) -> None:
    body = {"instances": [_INSTANCE] * instances}
    assert httpx.post(f"{running.url}/predict", json=body, timeout=30).status_code == 200


def test_metrics_of_the_function_of_lambda_and_of_the_gateway_are_counted(running: Running) -> None:
    function, api = {"FunctionName": "inference-dev-predict"}, {"ApiName": "inference-dev-api", "Stage": "dev"}
    queries = [
        query("m", namespace("dev"), "Predictions", "Sum", {"Model": "small"}),
        query("m", "AWS/Lambda", "Invocations", "Sum", function),
        query("m", "AWS/ApiGateway", "Count", "Sum", api),
        query("m", "AWS/ApiGateway", "4XXError", "Sum", api),
    ]
    before = [total(running, each) for each in queries]
    _predict(running)
    _predict(running, 5)
    httpx.post(f"{running.url}/predict", json={"instances": [{}]})
    after = [total(running, each) for each in queries]
    assert [late - early for late, early in zip(after, before, strict=True)] == [6, 3, 3, 1]
    assert total(running, query("m", namespace("dev"), "MaxMemoryUsed", "Maximum", {})) > 5


def test_the_log_is_asked_as_logs_insights_is(running: Running) -> None:
    _predict(running, 3)
    body = {
        "queryString": "filter message = 'request answered' | sort @timestamp desc | display Predictions, status",
        "startTime": "2026-01-01T00:00:00Z",
        "endTime": "2099-01-01T00:00:00Z",
        "limit": 1,
    }
    answer = httpx.post(f"{running.monitoring}/logs-query", json=body, timeout=30).json()
    (row,) = answer["results"]
    assert {cell["field"]: cell["value"] for cell in row} == {"Predictions": "3", "status": "200"}


def test_yesterday_is_still_there_after_a_restart(start_stack: Start) -> None:
    asked = query("m", namespace("dev"), "Predictions", "Sum", {"Model": "small"})
    for _ in range(2):
        with start_stack("--set", "monitoring=full") as running:
            _predict(running)
            seen = total(running, asked)
    assert seen == 2


def test_the_dashboard_is_the_declared_one_and_every_metric_of_it_can_be_queried(
    running: Running, bundle_path: Path, open_dev: Declared
) -> None:
    declared = open_dev.one("cloudwatch/dashboard:Dashboard")
    body = httpx.get(f"{running.monitoring}/dashboard").json()
    assert body == json.loads(declared.inputs["dashboardBody"])
    about = httpx.get(f"{running.monitoring}/stack").json()
    assert about["apiUrl"] == running.url
    assert about["model"] == {"name": "small", "version": bundle_path.name}


def test_a_forced_alarm_is_shown_stored_and_sent(start_stack: Start) -> None:
    name = "inference-dev-alarm-server-errors"
    # So slow a clock that no minute ends, and with it the trial.
    with start_stack("--clock-speed", "0.001", "--set", "monitoring=full") as running:
        order = {"AlarmName": name, "StateValue": "ALARM", "StateReason": "a trial"}
        assert httpx.post(f"{running.monitoring}/alarm-state", json=order).json() == {}
        alarms = httpx.get(f"{running.monitoring}/alarms").json()
        states = {each["AlarmName"]: each for kind in alarms.values() for each in kind}
        assert (states[name]["StateValue"], states[name]["StateReason"]) == ("ALARM", "a trial")
        assert states["inference-dev-alarm-page"]["StateValue"] == "ALARM"
        history = httpx.get(f"{running.monitoring}/alarm-history?limit=3").json()["AlarmHistoryItems"]
        assert {each["AlarmName"] for each in history} >= {name}
        (told, *_) = httpx.get(f"{running.monitoring}/notifications").json()["Notifications"]
        assert json.loads(told["HttpsMessage"])["content"]["title"] == "🔴 dev: server-errors (page: act now)"
    with closing(sqlite3.connect(running.state / "monitoring.sqlite")) as database:
        kept = database.execute("SELECT name, state FROM alarm").fetchall()
    assert (name, "ALARM") in kept


def test_with_essential_monitoring_each_graph_has_data_and_an_alarm_notifies_directly(start_stack: Start) -> None:
    name = "inference-dev-alarm-throttles"
    with start_stack("--clock-speed", "0.001", "--set", "monitoring=essential") as running:
        _predict(running)
        widgets = httpx.get(f"{running.monitoring}/dashboard").json()["widgets"]
        lines = [[line for line in each["properties"]["metrics"] if len(line) > 1] for each in widgets]
        assert [any(total(running, _query_of(line)) > 0 for line in panel) for panel in lines] == [True] * 4
        order = {"AlarmName": name, "StateValue": "ALARM", "StateReason": "a trial"}
        assert httpx.post(f"{running.monitoring}/alarm-state", json=order).json() == {}
        alarms = httpx.get(f"{running.monitoring}/alarms").json()
        assert (len(alarms["MetricAlarms"]), alarms["CompositeAlarms"]) == (5, [])
        (told, *_) = httpx.get(f"{running.monitoring}/notifications").json()["Notifications"]
        assert json.loads(told["HttpsMessage"])["content"]["title"] == "🔴 dev: throttles (page: act now)"
        assert told["TopicArn"].endswith(":inference-dev-alarms-page")


def _query_of(line: list[Any]) -> dict[str, Any]:
    """Return the query of a line of a graph."""
    *named, options = line
    namespace_, metric, *pairs = named
    return query("m", namespace_, metric, options["stat"], dict(zip(pairs[::2], pairs[1::2], strict=True)))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("metric-data", {}),
        ("metric-data", []),
        ("metric-data", {"MetricDataQueries": [{"Id": "a"}], "StartTime": "2026-01-01", "EndTime": "2026-01-02"}),
        ("metric-data", {"MetricDataQueries": [], "StartTime": "soon", "EndTime": "2026-01-02"}),
        (
            "metric-data",
            {
                "MetricDataQueries": [{"Id": "e", "Expression": "m1 +"}],
                "StartTime": "2026-01-01",
                "EndTime": "2026-01-02",
            },
        ),
        ("alarm-state", {"AlarmName": "none", "StateValue": "OK", "StateReason": ""}),
        ("logs-query", {"queryString": 5}),
    ],
)
def test_a_wrong_question_is_a_400_with_one_sentence(running: Running, path: str, body: object) -> None:
    response = httpx.post(f"{running.monitoring}/{path}", json=body)
    assert response.status_code == 400
    assert response.json()["message"]


def test_a_second_stack_on_the_same_folder_is_refused(running: Running, bundle_path: Path) -> None:
    command = [sys.executable, "-m", "local_stack", "--bundle", bundle_path, "--state", running.state.parent]
    done = subprocess.run([*map(str, command), "--port", "0"], capture_output=True, cwd=ROOT, text=True, check=False)
    assert done.returncode == 1
    assert "is in use by another running local stack" in done.stderr
