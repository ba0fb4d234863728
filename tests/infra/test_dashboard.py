from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from inference_lib import environment, telemetry
from infra.dashboard import AWS_METRICS
from local_stack.declared import declare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inference_lib.contract import Contract
    from local_stack.declared import Declared


def panels_of(declared: Declared) -> dict[str, dict[str, Any]]:
    widgets = json.loads(declared.one("cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])["widgets"]
    return {widget["properties"]["title"]: widget["properties"] for widget in widgets}


def named(panel: dict[str, Any]) -> set[tuple[str, ...]]:
    """Namespace, name and dimensions of each line."""
    return {tuple(part for part in line if isinstance(part, str)) for line in panel["metrics"]}


def test_the_dashboard_has_the_four_panels_of_the_requirement(declared: Declared) -> None:
    assert list(panels_of(declared)) == [
        "Invocations and errors",
        "Prediction probability",
        "Maximum memory used",
        "Initialisation time",
    ]


def test_panels_do_not_overlap_and_fit_the_grid(declared: Declared) -> None:
    widgets = json.loads(declared.one("cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])["widgets"]
    cells = [
        (x, y)
        for widget in widgets
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_invocations_and_errors_are_those_of_the_declared_function(declared: Declared) -> None:
    function = declared.one("lambda/function:Function").inputs["name"]
    shown = named(panels_of(declared)["Invocations and errors"])

    assert {("AWS/Lambda", name, "FunctionName", function) for name in ("Invocations", "Errors")} <= shown


def test_every_line_is_a_metric_that_somebody_sends(declared: Declared) -> None:
    function = declared.one("lambda/function:Function").inputs
    namespace = function["environment"]["variables"][environment.METRICS_NAMESPACE]
    emitted = {
        (namespace, metric.name, telemetry.MODEL_DIMENSION, "good night")
        for metric in telemetry.CATALOGUE
        if metric.source == telemetry.EMF
    }
    filtered = {
        (each.inputs["metricTransformation"]["namespace"], each.inputs["metricTransformation"]["name"])
        for each in declared.all("LogMetricFilter")
    }
    of_aws = {("AWS/Lambda", name, "FunctionName", function["name"]) for name in AWS_METRICS}
    shown = set[tuple[str, ...]]().union(*(named(panel) for panel in panels_of(declared).values()))

    assert shown <= emitted | filtered | of_aws


def test_the_line_in_the_graph_is_the_threshold_of_the_alarm(bundle: Path) -> None:
    declared = declare("prod", {"inference:probabilityThreshold": "0.7125"}, bundle=bundle)
    (annotation,) = panels_of(declared)["Prediction probability"]["annotations"]["horizontal"]

    assert annotation["value"] == declared.one("MetricAlarm").inputs["threshold"] == 0.7125
    assert annotation["fill"] == "below"
    assert annotation["label"] == "Alarm low-probability"


def test_memory_is_drawn_below_the_memory_that_the_function_has(declared: Declared) -> None:
    (annotation,) = panels_of(declared)["Maximum memory used"]["annotations"]["horizontal"]

    assert annotation["value"] == declared.one("lambda/function:Function").inputs["memorySize"]


def test_the_panels_show_the_metrics_that_they_are_named_after(declared: Declared) -> None:
    panels = panels_of(declared)
    namespace = telemetry.namespace(declared.stack)

    assert (namespace, "MaxMemoryUsed") in named(panels["Maximum memory used"])
    assert (namespace, "InitDuration") in named(panels["Initialisation time"])
    assert (namespace, "PredictionProbability", "Model", "good night") in named(panels["Prediction probability"])


def test_the_dashboard_shows_the_region_of_the_stack(bundle: Path) -> None:
    declared = declare("dev", {"aws:region": "eu-west-1"}, bundle=bundle)

    assert {panel["region"] for panel in panels_of(declared).values()} == {"eu-west-1"}
    assert declared.outputs["dashboard_url"] == (
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1"
        "#dashboards/dashboard/inference-dev-model"
    )


def test_the_exported_address_names_the_declared_dashboard(declared: Declared) -> None:
    name = declared.one("cloudwatch/dashboard:Dashboard").inputs["dashboardName"]

    assert declared.outputs["dashboard_url"].endswith(f"#dashboards/dashboard/{name}")


def test_a_regressor_s_dashboard_shows_predictions_instead_of_probabilities(
    regressor: Contract, write_bundle: Callable[[Contract], Path]
) -> None:
    panels = panels_of(declare("dev", bundle=write_bundle(regressor)))

    assert "Prediction probability" not in panels
    assert named(panels["Predictions"]) == {("MLInference/dev", "Predictions", "Model", "deep sleep")}
