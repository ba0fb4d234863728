from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from inference_lib.telemetry import metrics as telemetry
from local_stack.declared.evaluation import declare
from tests.program import FULL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inference_lib.contract.document import Contract
    from local_stack.declared.evaluation import Declared


FOUR = ["Invocations and errors", "Prediction probability", "Maximum memory used", "Initialisation time"]


def widgets_of(declared: Declared) -> list[dict[str, Any]]:
    body = json.loads(declared.one("cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])
    return list(body["widgets"])


def panels_of(declared: Declared) -> dict[str, dict[str, Any]]:
    return {
        each["properties"]["title"]: each["properties"] for each in widgets_of(declared) if each["type"] == "metric"
    }


def named(panel: dict[str, Any]) -> set[tuple[str, ...]]:
    """Namespace, name and dimensions of each line."""
    return {tuple(part for part in line if isinstance(part, str)) for line in panel["metrics"]} - {()}


@pytest.fixture(scope="module")
def essential(bundle: Path) -> Declared:
    """The smaller of the two shapes."""
    return declare("dev", {"inference:monitoring": "full", "inference:dashboard": "essential"}, bundle=bundle)


def test_the_essential_dashboard_has_the_four_panels_of_the_requirement_and_nothing_else(essential: Declared) -> None:
    assert list(panels_of(essential)) == FOUR
    assert len(widgets_of(essential)) == 4


def test_the_full_dashboard_reads_from_health_over_graphs_to_tables(full: Declared) -> None:
    widgets = sorted(widgets_of(full), key=lambda each: (each["y"], each["x"]))

    assert [each["type"] for each in widgets] == ["text", "alarm", *["metric"] * 10, *["log"] * 4]
    assert [each["properties"]["title"] for each in widgets[1:]] == [
        "Alarms",
        "Traffic",
        "Errors by kind",
        "Latency for callers",
        "Latency by part",
        "Initialisation time",
        "Maximum memory used",
        "Concurrency and throttles",
        "Prediction probability",
        "Data quality",
        "Cost a day, estimated",
        "Class shares",
        "Errors",
        "Slowest requests",
        "By model version",
    ]


def test_the_health_strip_shows_every_alarm_the_composites_first(full: Declared) -> None:
    (strip,) = [each for each in widgets_of(full) if each["type"] == "alarm"]
    composites = [each.outputs["arn"] for each in full.all("CompositeAlarm")]
    alarms = [each.outputs["arn"] for each in full.all("MetricAlarm")]

    assert set(strip["properties"]["alarms"]) == {*composites, *alarms}
    assert set(strip["properties"]["alarms"][:2]) == set(composites)


def test_the_header_leads_to_log_alarms_manual_and_runbook(full: Declared) -> None:
    header = widgets_of(full)[0]["properties"]["markdown"]

    assert f"good night 0123456789ab in {full.stack}" in header
    assert f"{full.outputs['api_url']}/docs" in header
    assert "logs-insights" in header
    assert "runbook.md" in header


def test_the_tables_ask_the_log_of_the_function(full: Declared) -> None:
    group = full.one("LogGroup", "function-logs").inputs["name"]
    saved = {each.inputs["queryString"] for each in full.all("QueryDefinition")}
    tables = [each["properties"] for each in widgets_of(full) if each["type"] == "log"]

    for table in tables:
        source, _, query = table["query"].partition(" | ")
        assert source == f"SOURCE '{group}'"
        assert query in saved


def test_every_threshold_that_is_drawn_is_that_of_its_alarm_and_every_plain_alarm_is_drawn(full: Declared) -> None:
    drawn = {
        each["label"].removeprefix("Alarm "): each["value"]
        for panel in panels_of(full).values()
        for each in panel["annotations"]["horizontal"]
        if each["label"].startswith("Alarm ")
    }
    thresholds = {each.name.removeprefix("alarms-"): each.inputs.get("threshold") for each in full.all("MetricAlarm")}

    assert all(thresholds[name] == value for name, value in drawn.items())
    # A band moves: it is no line.
    assert thresholds.keys() - drawn.keys() <= {"client-errors"}


@pytest.mark.parametrize(("title", "name"), [("Errors by kind", "error-rate"), ("Data quality", "data-quality")])
def test_a_share_is_drawn_beside_the_counts_as_its_alarm_computes_it(title: str, name: str, full: Declared) -> None:
    panel = panels_of(full)[title]
    alarm = full.one("MetricAlarm", f"alarms-{name}").inputs
    (line,) = [each[-1] for each in panel["metrics"] if "expression" in each[-1]]
    (threshold,) = [each for each in panel["annotations"]["horizontal"] if each.get("yAxis") == "right"]

    assert line["yAxis"] == "right"
    assert threshold["value"] == alarm["threshold"]
    drawn = {each[-1]["id"]: each[1] for each in panel["metrics"] if "id" in each[-1] and len(each) > 1}
    watched = {each["id"]: each["metric"]["metricName"] for each in alarm["metricQueries"] if "metric" in each}
    computed = alarm["metricQueries"][-1]["expression"].removesuffix(", 0)") + ")"
    assert in_words(line["expression"], drawn) == in_words(computed, watched)


def in_words(expression: str, names: dict[str, str]) -> str:
    return re.sub(r"\b[a-z]\d?\b", lambda found: names[found[0]], expression)


def test_the_shares_of_all_classes_are_asked_for_whatever_they_are_called(full: Declared) -> None:
    (query,) = [each.inputs["queryString"] for each in full.all("QueryDefinition", "class-shares")]

    assert "sum(`labels.rest`) as `rest`, sum(`labels.carry on`) as `carry on`" in query


def test_the_cost_of_a_day_is_that_of_the_price_list(bundle: Path) -> None:
    declared = declare("dev", {**FULL, "inference:memoryMb": "2048", "inference:architecture": "x86_64"}, bundle=bundle)
    lines = panels_of(declared)["Cost a day, estimated"]["metrics"]
    names = {"b": 200_000 * 10, "i": 200_000, "c": 200_000}
    hidden = [line[-1] for line in lines if line[-1].get("visible") is False]
    assert {each["id"]: each["stat"] for each in hidden} == dict.fromkeys(names, "Sum")
    usd = 0.0
    for line in lines:
        if "expression" in line[-1]:
            arithmetic = re.sub(r"^FILL\((.*), 0\)$", r"\1", line[-1]["expression"])
            usd += eval(arithmetic, {}, names)  # noqa: S307 - our own expression, over numbers

    assert usd == pytest.approx(200_000 * 0.010 * 2 * 0.0000166667 + 0.2 * 0.20 + 0.2 * 3.70)


def test_panels_do_not_overlap_and_fit_the_grid(declared: Declared) -> None:
    widgets = widgets_of(declared)
    cells = [
        (x, y)
        for widget in widgets
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_invocations_and_errors_are_those_of_the_declared_function(essential: Declared) -> None:
    function = essential.one("lambda/function:Function").inputs["name"]
    shown = named(panels_of(essential)["Invocations and errors"])

    assert {("AWS/Lambda", name, "FunctionName", function) for name in ("Invocations", "Errors")} <= shown


def test_the_line_in_the_graph_is_the_threshold_of_the_alarm(bundle: Path) -> None:
    declared = declare("prod", {"inference:probabilityThreshold": "0.7125"}, bundle=bundle)
    (annotation,) = panels_of(declared)["Prediction probability"]["annotations"]["horizontal"]

    assert annotation["value"] == declared.one("MetricAlarm", "low-probability").inputs["threshold"] == 0.7125
    assert annotation["fill"] == "below"
    assert annotation["label"] == "Alarm low-probability"


def test_memory_is_drawn_below_the_memory_that_the_function_has(declared: Declared) -> None:
    annotation, _ = panels_of(declared)["Maximum memory used"]["annotations"]["horizontal"]

    assert annotation["value"] == declared.one("lambda/function:Function").inputs["memorySize"]


def test_the_panels_show_the_metrics_that_they_are_named_after(declared: Declared) -> None:
    panels = panels_of(declared)
    namespace = telemetry.namespace(declared.stack)

    assert (namespace, "MaxMemoryUsed") in named(panels["Maximum memory used"])
    assert (namespace, "InitDuration") in named(panels["Initialisation time"])
    assert (namespace, "PredictionProbability", "Model", "good night") in named(panels["Prediction probability"])


def test_the_dashboard_shows_the_region_of_the_stack(bundle: Path) -> None:
    declared = declare("dev", {**FULL, "aws:region": "eu-west-1"}, bundle=bundle)

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
    settings = {"inference:dashboard": "essential"}
    panels = panels_of(declare("dev", settings, bundle=write_bundle(regressor)))

    assert "Prediction probability" not in panels
    assert named(panels["Predictions"]) == {("MLInference/dev", "Predictions", "Model", "deep sleep")}
