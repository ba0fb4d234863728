"""Essential monitoring: few metrics, alarms that notify directly, and no panel without data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from inference_lib import environment
from inference_lib.telemetry import metrics as telemetry
from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inference_lib.contract.document import Contract
    from local_stack.declared.evaluation import Declared

ESSENTIAL = {"inference:monitoring": "essential"}
OPTIONS = {
    **ESSENTIAL,
    "inference:modelMonitor": "true",
    "inference:feedback": "true",
    "inference:noTrafficHours": "6",
    "inference:classShareThreshold": "0.2",
}
FIVE = {"errors", "latency", "throttles", "memory"}
"""With the one alarm on the model."""


@pytest.fixture(scope="module", params=["classifier", "regressor", "detector"])
def model(request: pytest.FixtureRequest) -> Contract:
    """A model of each kind."""
    name = {"classifier": "contract", "regressor": "regressor", "detector": "detector"}[request.param]
    found: Contract = request.getfixturevalue(name)
    return found


@pytest.fixture(scope="module")
def essential(model: Contract, write_bundle: Callable[[Contract], Path]) -> Declared:
    return declare("dev", ESSENTIAL, bundle=write_bundle(model))


def alarms_of(declared: Declared) -> dict[str, dict[str, Any]]:
    return {each.name.removeprefix("alarms-"): dict(each.inputs) for each in declared.all("MetricAlarm")}


def widgets_of(declared: Declared) -> list[dict[str, Any]]:
    widgets: list[dict[str, Any]] = json.loads(declared.one("cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])[
        "widgets"
    ]
    return widgets


def series_that_are_read(declared: Declared) -> set[str]:
    """Return the names of our own metrics that alarms and panels read."""
    namespace = telemetry.namespace(declared.stack)
    graphs = [widget for widget in widgets_of(declared) if widget["type"] == "metric"]
    entries = [entry for widget in graphs for entry in widget["properties"]["metrics"]]
    shown = {entry[1] for entry in entries if entry[0] == namespace}
    for alarm in alarms_of(declared).values():
        queries = [query["metric"] for query in alarm.get("metricQueries") or [] if "metric" in query]
        shown |= {each["metricName"] for each in [*queries, alarm] if each.get("namespace") == namespace}
    return shown


def metrics_of(declared: Declared, contract: Contract) -> set[str]:
    """Return the metrics that the declared stack has: filtered from the log, or emitted by the functions."""
    variables = declared.one("lambda/function:Function", "function-function").inputs["environment"]["variables"]
    filtered = {each.inputs["metricTransformation"]["name"] for each in declared.all("LogMetricFilter")}
    emitted = set(json.loads(variables[environment.METRICS]))
    classes = json.loads(variables.get(environment.CLASS_METRICS, "[]"))
    emitted |= {telemetry.predictions_of(label).name for label in classes}
    if contract.task == "anomaly":
        emitted.add(telemetry.predictions_of("outlier").name)
    if declared.all("lambda/function:Function", "monitor-function"):
        emitted |= {metric.name for metric in (*telemetry.DRIFT_METRICS, *telemetry.quality_metrics(contract))}
    return filtered | emitted


def test_a_stack_has_at_most_four_metrics_and_each_is_read(essential: Declared, model: Contract) -> None:
    found = metrics_of(essential, model)

    assert found == series_that_are_read(essential)
    assert len(found) <= 4


def test_the_dashboard_has_four_panels(essential: Declared) -> None:
    assert [each["type"] for each in widgets_of(essential)] == ["metric"] * 4


def test_at_most_five_alarms_notify_the_topic_of_their_severity_without_a_composite(
    essential: Declared, model: Contract
) -> None:
    alarms = alarms_of(essential)
    of_model = {"binary": {"low-probability"}, "anomaly": {"outliers"}, "regression": set[str]()}[model.task]
    topics = {name: essential.one("sns/topic:Topic", f"{name}-topic").outputs["arn"] for name in ("page", "info")}

    assert alarms.keys() == FIVE | of_model
    assert not essential.all("CompositeAlarm")
    for name, alarm in alarms.items():
        topic = topics["page" if name in {"throttles", "latency"} else "info"]
        assert alarm["alarmActions"] == alarm["okActions"] == [topic]
    assert len(essential.outputs["alarm_names"]) == len(alarms)


def test_low_probability_counts_predictions_by_their_probabilities(bundle: Path) -> None:
    queries = alarms_of(declare("dev", ESSENTIAL, bundle=bundle))["low-probability"]["metricQueries"]

    watched = {each["id"]: (each["metric"]["metricName"], each["metric"]["stat"]) for each in queries[:-1]}
    probability = telemetry.PREDICTION_PROBABILITY
    assert watched == {"m1": (probability.name, probability.statistic), "m2": (probability.name, "SampleCount")}


def test_options_add_their_metrics_alarms_and_panels(bundle: Path, contract: Contract) -> None:
    stack = declare("dev", OPTIONS, bundle=bundle)
    titles = [each["properties"]["title"] for each in widgets_of(stack)]
    tables = [each["properties"]["title"] for each in widgets_of(stack) if each["type"] == "log"]
    of_options = {
        "no-traffic", "class-shares", "feature-drift", "prediction-drift", "prediction-quality", "monitor-errors",
    }  # fmt: skip

    assert alarms_of(stack).keys() == FIVE | {"low-probability"} | of_options
    assert all(alarm["alarmActions"] for alarm in alarms_of(stack).values())
    assert titles[4:7] == ["Class shares", "Drift from the reference profile", "Quality of predictions with feedback"]
    assert (
        titles[7:] == tables == ["Drift reports", "Stability index by feature", "Reports on predictions with feedback"]
    )
    assert metrics_of(stack, contract) == series_that_are_read(stack)


def test_an_essential_dashboard_has_no_panel_of_an_option(bundle: Path) -> None:
    assert len(widgets_of(declare("dev", {**OPTIONS, "inference:dashboard": "essential"}, bundle=bundle))) == 4


def test_full_monitoring_emits_every_metric(bundle: Path) -> None:
    full = declare("dev", {"inference:monitoring": "full"}, bundle=bundle)
    function = full.one("lambda/function:Function").inputs["environment"]["variables"]

    assert environment.METRICS not in function
    assert len(full.all("CompositeAlarm")) == 2
