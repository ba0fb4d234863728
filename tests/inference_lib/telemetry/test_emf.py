"""EMF records: those of the full library, at a part of its cost."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from aws_embedded_metrics.constants import MAX_DATAPOINTS_PER_METRIC
from aws_embedded_metrics.logger.metrics_context import MetricsContext
from aws_embedded_metrics.serializers.log_serializer import LogSerializer
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.telemetry.emf import MAX_VALUES, Emitter, quantiles
from inference_lib.telemetry.logs import members_text
from inference_lib.telemetry.metrics import (
    ACCURACY,
    CATALOGUE,
    DRIFT_METRICS,
    EMF,
    PREDICTION_PROBABILITY,
    PREDICTIONS,
    SHADOW_METRICS,
    Metric,
    predictions_of,
)

_LAMBDA = {
    "AWS_LAMBDA_FUNCTION_NAME": "inference-dev",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_FUNCTION_VERSION": "7",
    "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/20/[7]abc",
    "_X_AMZN_TRACE_ID": "Root=1-67891233-abcdef012345678912345678;Sampled=1",
}

# What a function writes that uses the library as its documentation says.
_FULL_LIBRARY = """
import asyncio
from aws_embedded_metrics import metric_scope

@metric_scope
def handler(metrics):
    metrics.set_namespace("MLInference/dev")
    metrics.set_dimensions({"Model": "small"}, use_default=False)
    metrics.put_metric("Predictions", 2, "Count")
    metrics.put_metric("PredictionProbability", 0.25, "None")
    metrics.put_metric("PredictionProbability", 0.75, "None")
    metrics.set_property("model_version", "abc")

handler()
"""


def test_records_equal_those_of_the_full_library_field_by_field(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in _LAMBDA.items():
        monkeypatch.setenv(name, value)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _FULL_LIBRARY], capture_output=True, text=True, check=True
    )
    expected = json.loads(done.stdout)

    metrics: dict[Metric, float | list[float]] = {
        PREDICTIONS: 2.0,
        PREDICTION_PROBABILITY: [0.25, 0.75],
    }
    line = Emitter("MLInference/dev", {"Model": "small"}).record(metrics, members_text({"model_version": "abc"}))

    # What Lambda knows of each line anyway, or the log line says; "None" is the unit of a metric without one.
    for name in ("executionEnvironment", "memorySize", "functionVersion", "logStreamId", "traceId"):
        del expected[name]
    for metric in expected["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
        if metric["Unit"] == "None":
            del metric["Unit"]
    found = json.loads(line)
    found["_aws"].pop("Timestamp")
    expected["_aws"].pop("Timestamp")
    assert found == expected


_LABELS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
_METRICS = st.sampled_from([*CATALOGUE, *DRIFT_METRICS, *SHADOW_METRICS, ACCURACY]) | _LABELS.map(predictions_of)


@given(st.lists(_METRICS, min_size=1, max_size=20, unique_by=lambda metric: metric.name), st.text("aB9-", min_size=1))
def test_the_definitions_of_any_metrics_are_those_of_the_library(metrics: list[Metric], model: str) -> None:
    context = MetricsContext(namespace="MLInference/dev")
    context.set_dimensions([{"Model": model}], use_default=False)
    for index, metric in enumerate(metrics):
        context.put_metric(f"metric {index}", 1, metric.unit)
    definitions = json.loads(LogSerializer.serialize(context)[0])["_aws"]["CloudWatchMetrics"]
    for written, metric in zip(definitions[0]["Metrics"], metrics, strict=True):
        written["Name"] = metric.name
        if written["Unit"] == "None":
            del written["Unit"]

    line = Emitter("MLInference/dev", {"Model": model}).record(dict.fromkeys(metrics, 1.0), "")

    assert json.loads(line)["_aws"]["CloudWatchMetrics"] == definitions


def test_a_value_that_is_no_metric_is_a_member_of_the_record() -> None:
    emitter = Emitter("N", {"Model": "m"}, {PREDICTIONS})
    both = json.loads(emitter.record({PREDICTIONS: 2.0, PREDICTION_PROBABILITY: [0.25]}, ""))
    alone = json.loads(emitter.record({PREDICTIONS: 2.0}, ""))

    assert (both["Predictions"], alone["Predictions"]) == (2.0, 2.0)
    (directive,) = both["_aws"]["CloudWatchMetrics"]
    assert directive["Metrics"] == [{"Name": "PredictionProbability"}]
    assert [each["Metrics"] for each in alone["_aws"]["CloudWatchMetrics"]] == [[]]


def test_the_package_can_be_imported_in_full_afterwards() -> None:
    code = (
        "import inference_lib.telemetry.library, aws_embedded_metrics as m, importlib.metadata as d; "
        "m.metric_scope; d.version('pip')"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_the_library_still_refuses_bad_names_units_and_values() -> None:
    emitter = Emitter("N", {"Model": "m"})
    for metric, value, message in (
        (
            Metric(" ", unit="Count", statistic="Sum", source=EMF, description=""),
            1.0,
            "non-whitespace",
        ),
        (
            Metric("A", unit="Apples", statistic="Sum", source=EMF, description=""),
            1.0,
            "unit is not",
        ),
        (PREDICTIONS, float("nan"), "must be finite"),
    ):
        with pytest.raises(Exception, match=message):
            emitter.record({metric: value}, "")
    with pytest.raises(Exception, match="Dimension value must include"):
        Emitter("N", {"Model": " "})


def test_a_record_is_one_line_however_many_values_there_are() -> None:
    values = [index / 5000 for index in range(5000)]
    line = Emitter("N", {"Model": "m"}).record({PREDICTION_PROBABILITY: values}, "")
    assert "\n" not in line
    assert len(json.loads(line)["PredictionProbability"]) == MAX_VALUES


def test_as_many_values_are_kept_as_the_library_puts_into_a_record() -> None:
    assert MAX_VALUES == MAX_DATAPOINTS_PER_METRIC
    most = [float(each) for each in range(MAX_VALUES, 0, -1)]
    assert quantiles(most) == most
    assert quantiles(range(2 * MAX_VALUES, 0, -1)) == [2 * rank + 2 for rank in range(MAX_VALUES)]


def test_a_record_has_the_time_at_which_it_is_made_in_milliseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.1234)
    record = json.loads(Emitter("N", {"Model": "m"}).record({PREDICTIONS: 1.0}, ""))
    assert record["_aws"]["Timestamp"] == 1_700_000_000_123


@given(st.lists(st.floats(0, 1), min_size=1, max_size=2000))
def test_quantiles_keep_the_order_the_range_and_nearly_the_mean(values: list[float]) -> None:
    kept = quantiles(values)
    assert len(kept) == min(len(values), MAX_VALUES)
    assert set(kept) <= set(values)
    # Each of n quantiles stands for 1/n of the values, so the mean is off by less than the range / n.
    assert abs(sum(kept) / len(kept) - sum(values) / len(values)) <= (max(values) - min(values)) / MAX_VALUES + 1e-12
