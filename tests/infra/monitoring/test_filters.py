"""The declared filters, run over lines that Lambda wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inference_lib.telemetry import metrics as telemetry
from infra.monitoring.filters import filter_pattern
from local_stack.declared.evaluation import declare
from local_stack.monitoring.metrics.ingestion import Ingestion, metric_filters
from local_stack.monitoring.metrics.store import MetricStore, SeriesName
from tests.program import FULL

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

    from local_stack.declared.evaluation import Declared

LINES = Path(__file__).with_name("platform_log.jsonl").read_text(encoding="utf-8").splitlines()
EXPECTED = {
    "MaxMemoryUsed": [123, 124, 125, 256, 126],
    "InitDuration": [463.512],
    "Timeouts": [1],
    "OutOfMemory": [1],
}


def test_every_metric_from_platform_records_has_its_filter_on_the_function_s_log(full: Declared) -> None:
    filters = {each.inputs["metricTransformation"]["name"]: each.inputs for each in full.all("LogMetricFilter")}
    metrics = {each.name: each for each in telemetry.CATALOGUE if each.source == telemetry.PLATFORM_LOG}

    assert filters.keys() == metrics.keys() == EXPECTED.keys()
    for name, each in filters.items():
        assert each["logGroupName"] == full.one("LogGroup", "function-logs").inputs["name"]
        assert each["metricTransformation"]["namespace"] == telemetry.namespace(full.stack)
        assert each["metricTransformation"]["unit"] == metrics[name].unit


@pytest.mark.parametrize("name", EXPECTED)
def test_a_filter_takes_its_datapoints_from_platform_records_and_from_nothing_else(
    name: str, full: Declared, opened: Callable[..., Connection]
) -> None:
    store = MetricStore(opened())
    ingestion = Ingestion(store, metric_filters(full))
    for minute, line in enumerate(LINES):
        ingestion.take(line, 60 * minute)

    found = store.read(SeriesName.of(telemetry.namespace(full.stack), name, {}), 0, 60 * len(LINES), 60)

    assert [each.statistic("Sum") for each in found.values()] == EXPECTED[name]


def test_billed_time_is_a_metric_by_setting_and_the_cost_is_computed_from_it(
    bundle: Path, dev: Declared, opened: Callable[..., Connection]
) -> None:
    declared = declare("dev", {**FULL, "inference:billedDuration": "true"}, bundle=bundle)
    store = MetricStore(opened())
    ingestion = Ingestion(store, metric_filters(declared))
    for minute, line in enumerate(LINES):
        ingestion.take(line, 60 * minute)
    found = store.read(SeriesName.of(telemetry.namespace("dev"), "BilledDuration", {}), 0, 60 * len(LINES), 60)

    reports = [json.loads(line)["record"]["metrics"] for line in LINES if '"time":' in line and ".report" in line]
    assert [each.statistic("Sum") for each in found.values()] == [each["billedDurationMs"] for each in reports]
    assert "BilledDuration" in declared.one("cloudwatch/dashboard:Dashboard").inputs["dashboardBody"]
    assert "BilledDuration" not in dev.one("cloudwatch/dashboard:Dashboard").inputs["dashboardBody"]


def test_a_filter_asks_for_the_field_that_it_reads() -> None:
    assert filter_pattern(telemetry.INIT_DURATION) == (
        '{ ($.type = "platform.report") && ($.record.metrics.initDurationMs = *) }'
    )


def test_a_filter_without_datapoints_costs_nothing(full: Declared) -> None:
    for each in full.all("LogMetricFilter"):
        assert "defaultValue" not in each.inputs["metricTransformation"], "a default is emitted in every period"
