"""One circle, without AWS: what the function emits, what the program declares, what the graphs read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from inference_lib.telemetry.metrics import CATALOGUE
from inference_lib.testing import read_lines
from infra.monitoring.metrics import OF_AWS
from local_stack.declared.evaluation import Declared, declare

if TYPE_CHECKING:
    from pathlib import Path

ASK = """
import json
from inference_lib import handler
from inference_lib.testing import FakeContext
context = FakeContext()
good = json.dumps({"instances": [{"age": 40, "cups of coffee": 0, "chronotype": "early"}]})
without = json.dumps({"instances": [{"age": None, "cups of coffee": 0, "chronotype": "early"}]})
for body in (without, good, "{"):
    handler.handler({"httpMethod": "POST", "path": "/predict", "body": body}, context)
"""

Series = tuple[str, str, tuple[tuple[str, str], ...]]


@pytest.fixture(scope="module", params=["full", "essential"])
def declared(request: pytest.FixtureRequest, bundle_path: Path) -> Declared:
    return declare("dev", {"inference:monitoring": request.param}, bundle=bundle_path)


@pytest.fixture(scope="module")
def emitted(declared: Declared, bundle_path: Path) -> dict[Series, str]:
    """Series and unit of all that the real handler emits in the environment of the declared function."""
    variables = declared.one("lambda/function:Function").inputs["environment"]["variables"]
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **variables, "MODEL_BUNDLE": str(bundle_path)},
    )
    series: dict[Series, str] = {}
    for record in read_lines(done.stdout).metrics:
        for directive in json.loads(json.dumps(record["_aws"]))["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                dimensions = tuple((name, str(record[name])) for name in names)
                for metric in directive["Metrics"]:
                    series[directive["Namespace"], metric["Name"], dimensions] = metric.get("Unit", "None")
    return series


@pytest.fixture(scope="module")
def filtered(declared: Declared) -> dict[Series, str]:
    """Series and unit of the declared metric filters."""
    found: dict[Series, str] = {}
    for resource in declared.all("cloudwatch/logMetricFilter:LogMetricFilter"):
        change = resource.inputs["metricTransformation"]
        dimensions = tuple((name, value) for name, value in change.get("dimensions", {}).items())
        found[change["namespace"], change["name"], dimensions] = change["unit"]
    return found


def _read(declared: Declared) -> set[Series]:
    """Return every series that an alarm or the dashboard reads."""
    return _read_by_alarms(declared) | _shown(declared)


def _read_by_alarms(declared: Declared) -> set[Series]:
    found: set[Series] = set()
    for alarm in declared.all("cloudwatch/metricAlarm:MetricAlarm"):
        queries = alarm.inputs.get("metricQueries")
        for inputs in [query["metric"] for query in queries if "metric" in query] if queries else [alarm.inputs]:
            found.add((inputs["namespace"], inputs["metricName"], tuple(inputs.get("dimensions", {}).items())))
    return found


def _shown(declared: Declared) -> set[Series]:
    body = declared.one("cloudwatch/dashboard:Dashboard").inputs["dashboardBody"]
    return {
        _series(line)
        for widget in json.loads(body)["widgets"]
        for line in widget["properties"].get("metrics", [])
        if "expression" not in line[-1]
    }


def _series(line: list[Any]) -> Series:
    words = [word for word in line if isinstance(word, str)]
    pairs = words[2:]
    return words[0], words[1], tuple(zip(pairs[::2], pairs[1::2], strict=True))


def test_each_prediction_is_counted_by_its_label_for_the_shares_of_the_classes(
    declared: Declared, bundle_path: Path
) -> None:
    variables = declared.one("lambda/function:Function").inputs["environment"]["variables"]
    environment = {**os.environ, **variables, "MODEL_BUNDLE": str(bundle_path)}
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env=environment)
    good, refused = [record for record in map(json.loads, done.stdout.splitlines()) if "message" in record][-2:]

    assert sum(good["labels"].values()) == 1
    assert set(good["labels"]) <= {"rest", "carry on"}
    assert "labels" not in refused


def test_what_is_emitted_is_the_catalogue_with_its_units_or_the_essential_part_of_it(
    declared: Declared, emitted: dict[Series, str], filtered: dict[Series, str]
) -> None:
    found = {name: unit for (_, name, _), unit in {**emitted, **filtered}.items()}
    catalogue = {metric.name: metric.unit for metric in CATALOGUE}
    essential = {name: catalogue[name] for name in ("PredictionProbability", "MaxMemoryUsed", "InitDuration")}
    assert found == (catalogue if declared.all("CompositeAlarm") else essential)


def test_each_alarm_and_each_graph_reads_a_series_that_exists(
    declared: Declared, emitted: dict[Series, str], filtered: dict[Series, str]
) -> None:
    unknown = {
        series
        for series in _read(declared)
        if series not in emitted and series not in filtered and series[:2] not in OF_AWS
    }
    assert unknown == set()


def test_the_series_of_aws_are_those_of_the_declared_function_and_stage(declared: Declared) -> None:
    dimensions = {
        "AWS/Lambda": {"FunctionName": declared.one("lambda/function:Function").inputs["name"]},
        "AWS/ApiGateway": {
            "ApiName": declared.one("apigateway/restApi:RestApi").inputs["name"],
            "Stage": declared.one("apigateway/stage:Stage").inputs["stageName"],
        },
    }
    of_aws = [series for series in _read(declared) if series[0] in dimensions]
    if declared.all("CompositeAlarm"):
        assert {series[:2] for series in of_aws} == set(OF_AWS), "what is not read need not be listed"
    for namespace, _, found in of_aws:
        assert dict(found) == dimensions[namespace]


def test_what_is_emitted_is_shown_because_it_is_paid_for(
    declared: Declared, emitted: dict[Series, str], filtered: dict[Series, str]
) -> None:
    assert {*emitted, *filtered} <= _shown(declared)


def test_graphs_and_alarms_have_the_unit_of_their_metrics(
    declared: Declared, emitted: dict[Series, str], filtered: dict[Series, str]
) -> None:
    """Without a unit of their own they take every unit, so that none can differ from what is emitted."""
    for alarm in declared.all("cloudwatch/metricAlarm:MetricAlarm"):
        assert "unit" not in alarm.inputs
    units = {metric.name: metric.unit for metric in CATALOGUE}
    for (_, name, _), unit in {**emitted, **filtered}.items():
        assert unit == units[name]


def test_the_four_panels_of_the_requirement_read_their_metrics(declared: Declared) -> None:
    names = {name for _, name, _ in _read(declared)}
    assert {"Invocations", "Errors", "PredictionProbability", "MaxMemoryUsed", "InitDuration"} <= names
