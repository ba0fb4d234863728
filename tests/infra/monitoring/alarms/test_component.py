from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from inference_lib import environment
from inference_lib.telemetry import metrics as telemetry
from infra.monitoring.alarms.component import composite_rule
from infra.monitoring.alarms.rule import BAD, BELOW, GOOD
from infra.settings.subjects.alarms import DEFAULTS
from infra.settings.values.periods import Periods
from local_stack.declared.evaluation import PROJECT_DIRECTORY, declare
from tests.program import FULL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inference_lib.contract.document import Contract
    from local_stack.declared.evaluation import Declared

RUNBOOK = (PROJECT_DIRECTORY / "docs" / "runbook.md").read_text(encoding="utf-8")
ALL_ON = {
    **FULL,
    "inference:modelMonitor": "true",
    "inference:feedback": "true",
    "inference:noTrafficHours": "6",
    "inference:clientErrorsBand": "3",
    "inference:classShareThreshold": "0.2",
}


@pytest.fixture(scope="module")
def all_on(bundle: Path) -> Declared:
    """Every alarm that a classifier can have."""
    return declare("dev", ALL_ON, bundle=bundle)


@pytest.fixture(scope="module")
def of_a_detector(detector: Contract, write_bundle: Callable[[Contract], Path]) -> Declared:
    return declare("dev", {**FULL, "inference:outlierShareThreshold": "0.4"}, bundle=write_bundle(detector))


def alarm_of(declared: Declared, name: str) -> dict[str, object]:
    return dict(declared.one("MetricAlarm", f"alarms-{name}").inputs)


def test_the_alarm_watches_the_metric_that_the_function_sends(declared: Declared) -> None:
    alarm = alarm_of(declared, "low-probability")
    variables = declared.one("lambda/function:Function").inputs["environment"]["variables"]

    watched = {query["id"]: query["metric"] for query in alarm["metricQueries"] if "metric" in query}  # type: ignore[attr-defined] # JSON
    assert {metric["namespace"] for metric in watched.values()} == {variables[environment.METRICS_NAMESPACE]}
    assert watched["m1"]["metricName"] == telemetry.PREDICTION_PROBABILITY.name
    assert watched["m1"]["stat"] == telemetry.PREDICTION_PROBABILITY.statistic
    assert watched["m1"]["dimensions"] == telemetry.dimensions("good night")


def test_an_alarm_on_one_metric_has_a_statistic_that_is_no_percentile_for_which_cloudwatch_has_another_member(
    all_on: Declared,
) -> None:
    of_one = [alarm.inputs for alarm in all_on.all("MetricAlarm") if "metricQueries" not in alarm.inputs]

    assert {alarm["statistic"] for alarm in of_one} == {"Maximum", "Sum"}


def test_the_alarm_goes_off_below_the_threshold_for_as_long_as_the_settings_say(bundle: Path) -> None:
    settings = {
        "inference:probabilityThreshold": "0.75",
        "inference:probabilityPeriodS": "120",
        "inference:probabilityEvaluationPeriods": "9",
        "inference:probabilityDatapointsToAlarm": "5",
    }
    alarm = alarm_of(declare("dev", settings, bundle=bundle), "low-probability")

    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("LessThanThreshold", 0.75)
    assert {query["metric"]["period"] for query in alarm["metricQueries"] if "metric" in query} == {120}  # type: ignore[attr-defined] # JSON
    assert (alarm["evaluationPeriods"], alarm["datapointsToAlarm"]) == (9, 5)


THRESHOLDS = [
    ("errors", {"errorsThreshold": "7"}, 7),
    ("error-rate", {"errorRateThreshold": "0.2"}, 0.2),
    ("throttles", {"throttlesThreshold": "3"}, 3),
    ("latency", {"latencyThreshold": "0.5", "timeoutS": "8"}, 4000),
    ("concurrency", {"concurrencyThreshold": "0.5"}, 500),
    ("concurrency", {"concurrencyThreshold": "0.5", "reservedConcurrency": "20"}, 10),
    ("memory", {"memoryThreshold": "0.75", "memoryMb": "1024"}, 768),
    ("init-duration", {"initThresholdMs": "900"}, 900),
    ("server-errors", {"serverErrorsThreshold": "0"}, 0),
    ("data-quality", {"dataQualityThreshold": "0.3"}, 0.3),
]


@pytest.mark.parametrize(("name", "settings", "expected"), THRESHOLDS)
def test_the_threshold_of_each_alarm_is_a_setting(
    name: str, settings: dict[str, str], expected: float, bundle: Path
) -> None:
    declared = declare("dev", {**FULL, **{f"inference:{key}": value for key, value in settings.items()}}, bundle=bundle)

    assert alarm_of(declared, name)["threshold"] == expected


@pytest.mark.parametrize("name", sorted(DEFAULTS.keys() - {"outliers"}))
def test_the_periods_of_each_alarm_are_a_setting(name: str, bundle: Path) -> None:
    alarm = alarm_of(declare("dev", {**ALL_ON, "inference:alarmPeriods": f"{name}=120/7/4"}, bundle=bundle), name)
    queries = alarm.get("metricQueries") or []
    assert isinstance(queries, list)
    lengths = {query["metric"]["period"] for query in queries if "metric" in query} or {alarm["period"]}

    assert (lengths, alarm["evaluationPeriods"], alarm["datapointsToAlarm"]) == ({120}, 7, 4)


def test_the_anomaly_band_is_as_wide_as_the_setting_says_and_has_no_threshold(bundle: Path) -> None:
    alarm = alarm_of(declare("dev", {**FULL, "inference:clientErrorsBand": "5"}, bundle=bundle), "client-errors")
    queries = {query["id"]: query for query in alarm["metricQueries"]}  # type: ignore[attr-defined] # JSON

    assert queries["ad1"]["expression"] == "ANOMALY_DETECTION_BAND(m1, 5)"
    assert alarm["thresholdMetricId"] == "ad1"
    assert "threshold" not in alarm
    assert all(query["returnData"] for query in queries.values())


def test_an_expression_alone_is_compared_where_there_are_several_series(all_on: Declared) -> None:
    for each in all_on.all("MetricAlarm"):
        queries = each.inputs.get("metricQueries", [])
        if queries and "threshold" in each.inputs:
            assert [query["id"] for query in queries if query["returnData"]] == ["e1"]
            used = set(re.findall(r"\b(?:[cm]\d|t)\b", queries[-1]["expression"]))
            assert used == {query["id"] for query in queries[:-1]}


def test_hours_without_a_request_are_an_alarm_only_where_that_is_asked_for(all_on: Declared, dev: Declared) -> None:
    assert not dev.all("MetricAlarm", "no-traffic")
    alarm = alarm_of(all_on, "no-traffic")
    assert (alarm["period"], alarm["evaluationPeriods"], alarm["datapointsToAlarm"]) == (3600, 6, 6)
    assert (alarm["comparisonOperator"], alarm["threshold"], alarm["treatMissingData"]) == (BELOW, 1, BAD)


def test_a_night_without_requests_sets_no_other_alarm_off(all_on: Declared) -> None:
    missing = {each.name: each.inputs["treatMissingData"] for each in all_on.all("MetricAlarm")}

    assert {name for name, treated in missing.items() if treated == BAD} == {"alarms-no-traffic"}
    assert set(missing.values()) == {GOOD, BAD}, "none keeps its state because nobody calls"


def test_alarms_tell_nobody_and_their_composites_tell_the_topic_of_their_severity(all_on: Declared) -> None:
    for alarm in all_on.all("MetricAlarm"):
        assert not {"alarmActions", "okActions"} & alarm.inputs.keys()
    for severity in ("page", "info"):
        topic = all_on.one("sns/topic:Topic", f"{severity}-topic").outputs["arn"]
        composite = all_on.one("CompositeAlarm", severity).inputs
        assert composite["alarmActions"] == composite["okActions"] == [topic]


def test_every_alarm_is_below_exactly_one_composite_which_is_made_after_it(all_on: Declared) -> None:
    composites = all_on.all("CompositeAlarm")
    named = [name for each in composites for name in re.findall(r'ALARM\("([^"]+)"\)', each.inputs["alarmRule"])]

    assert sorted(named) == sorted(each.inputs["name"] for each in all_on.all("MetricAlarm"))
    for each in composites:
        assert {"alarms-throttles", "alarms-memory"} & each.depends_on
        assert len(each.inputs["alarmRule"]) <= 10_240, "CloudWatch limit"


def test_a_composite_goes_off_with_any_of_its_alarms() -> None:
    assert composite_rule(["a", "b"]) == 'ALARM("a") OR ALARM("b")'


def test_the_alarm_says_which_model_it_is_what_it_means_and_what_to_do(all_on: Declared) -> None:
    for each in all_on.all("MetricAlarm"):
        description = each.inputs["alarmDescription"]
        assert description.startswith("good night in dev: ")
        assert len(description) <= 1024, "CloudWatch cuts it off"


def test_each_alarm_links_to_its_section_of_the_runbook_and_each_section_is_an_alarm(
    all_on: Declared, of_a_detector: Declared
) -> None:
    sections = set(re.findall(r"^## ([a-z-]+)$", RUNBOOK, re.MULTILINE))
    alarms = [*all_on.all("MetricAlarm"), *of_a_detector.all("MetricAlarm")]

    assert {each.inputs["alarmDescription"].rpartition("#")[2] for each in alarms} == sections
    for each in alarms:
        assert each.name == f"alarms-{each.inputs['alarmDescription'].rpartition('#')[2]}"


def test_the_runbook_says_of_each_alarm_whether_it_pages(all_on: Declared, of_a_detector: Declared) -> None:
    for severity in ("page", "info"):
        rule = "".join(each.one("CompositeAlarm", severity).inputs["alarmRule"] for each in (all_on, of_a_detector))
        for name in re.findall(r'alarm-([a-z-]+)"', rule):
            section = RUNBOOK.partition(f"\n## {name}\n")[2]
            assert section.lstrip().startswith(f"**{severity.capitalize()}.**"), name


def test_the_runbook_names_only_settings_and_queries_that_exist(all_on: Declared) -> None:
    keys = set(re.findall(r"inference:([A-Za-z]+)", RUNBOOK))
    settings = (PROJECT_DIRECTORY / "docs" / "settings.md").read_text(encoding="utf-8")
    queries = {each.inputs["name"].partition("/")[2] for each in all_on.all("QueryDefinition")}

    assert all(f"`inference:{key}`" in settings for key in keys)
    assert all(f"`inference:{key}`" in settings for key in re.findall(r"`([a-z]+[A-Z][A-Za-z]*)`", RUNBOOK))
    assert set(re.findall(r"quer(?:y|ies) \*([^*]+)\*", RUNBOOK)) <= queries


def test_the_periods_of_the_page_are_the_defaults() -> None:
    page = (PROJECT_DIRECTORY / "docs" / "observability.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z, -]+) \| (\d) of (\d) \| (\d+) min \|$", page, re.MULTILINE)
    written = {
        alarm: Periods(60 * int(minutes), int(periods), int(beyond))
        for alarms, beyond, periods, minutes in rows
        for alarm in alarms.split(", ")
    }
    assert written == DEFAULTS
    for alarm, beyond, periods in re.findall(r"^## ([a-z-]+)\n[^#]*?in (\d) of (\d) [mph]", RUNBOOK, re.MULTILINE):
        assert (DEFAULTS[alarm].to_alarm, DEFAULTS[alarm].evaluated) == (int(beyond), int(periods)), alarm


def test_the_address_of_the_runbook_is_a_setting(bundle: Path) -> None:
    url = "https://example.com/runbook.md"
    declared = declare("dev", {"inference:runbookUrl": url}, bundle=bundle)

    assert f"{url}#errors" in str(alarm_of(declared, "errors")["alarmDescription"])


def test_a_model_without_probabilities_has_no_alarm_on_them(
    regressor: Contract, write_bundle: Callable[[Contract], Path]
) -> None:
    declared = declare("dev", bundle=write_bundle(regressor))

    assert not declared.all("MetricAlarm", "low-probability")
    assert declared.all("MetricAlarm", "latency")


def test_a_detector_has_an_alarm_on_the_share_of_outliers_that_its_panel_shows(
    of_a_detector: Declared, all_on: Declared
) -> None:
    alarm = of_a_detector.one("MetricAlarm", "alarms-outliers").inputs
    queries = {each["id"]: each for each in alarm["metricQueries"]}
    widgets = json.loads(of_a_detector.one("cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])["widgets"]
    (panel,) = [each["properties"] for each in widgets if each["properties"].get("title") == "Outliers"]

    assert {each.get("expression") for each in queries.values()} == {None, "IF(m2 >= 20, m1 / m2, 0)"}
    assert [queries[each]["metric"]["metricName"] for each in ("m1", "m2")] == ["Predictions.outlier", "Predictions"]
    assert alarm["threshold"] == panel["annotations"]["horizontal"][0]["value"] == 0.4
    assert not all_on.all("MetricAlarm", "outliers"), "a classifier has none"


def test_the_stack_exports_the_names_of_its_alarms(all_on: Declared) -> None:
    names = {each.inputs["name"] for each in all_on.all("MetricAlarm")}
    composites = {each.inputs["alarmName"] for each in all_on.all("CompositeAlarm")}

    assert set(all_on.outputs["alarm_names"]) == names | composites
    assert all(name.startswith("inference-dev-alarm-") for name in names | composites)


def test_the_budget_tells_the_information_topic_of_the_forecast_and_can_be_off(bundle: Path, dev: Declared) -> None:
    budget = dev.one("Budget").inputs
    topic = dev.one("sns/topic:Topic", "info-topic").outputs["arn"]

    assert budget["costFilters"] == [{"name": "TagKeyValue", "values": ["user:stack$dev"]}]
    assert budget["notifications"][0]["subscriberSnsTopicArns"] == [topic]
    assert budget["notifications"][0]["notificationType"] == "FORECASTED"
    assert not declare("dev", {"inference:budgetUsd": "0"}, bundle=bundle).all("Budget")
