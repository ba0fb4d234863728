"""The shares of the classes, from the bundle's profile to the alarm that reads what the function emits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.contract.document import PROFILE_FILE
from inference_lib.testing import read_lines
from infra.monitoring.metrics import shift
from infra.settings.bundles import MAX_WATCHED, watched_classes
from local_stack.declared.evaluation import declare
from local_stack.monitoring.metrics.expressions import Scope, evaluate
from tests.test_telemetry import ASK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from inference_lib.contract.document import Contract

ON = {"inference:classShareThreshold": "0.2"}


def bundle_with(directory: Path, profile: object) -> Path:
    (directory / PROFILE_FILE).write_text(json.dumps(profile), encoding="utf-8")
    return directory


def test_each_class_but_the_rarest_is_watched(tmp_path: Path) -> None:
    counts = {"low": 10, "high": 60, "mid": 30}

    assert watched_classes(bundle_with(tmp_path, {"predictions": {"classes": counts}})) == {"high": 0.6, "mid": 0.3}


def test_no_more_classes_are_watched_than_an_alarm_can_compute_with(tmp_path: Path) -> None:
    counts = {f"class {index:0>2}": index for index in range(30)}
    watched = watched_classes(bundle_with(tmp_path, {"predictions": {"classes": counts}}))

    assert list(watched) == [f"class {index}" for index in range(29, 29 - MAX_WATCHED, -1)]


@pytest.mark.parametrize(
    "profile", [{}, [], {"predictions": {"classes": {}}}, {"predictions": {"classes": {"a": "b"}}}]
)
def test_a_bundle_without_shares_is_refused_with_the_setting_that_asks_for_them(
    profile: object, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="the bundle has no profile that says how often each class is predicted"):
        watched_classes(bundle_with(tmp_path, profile))


def test_the_fault_names_the_setting_and_the_way_out(
    contract: Contract, write_bundle: Callable[[Contract], Path]
) -> None:
    model = write_bundle(contract)
    (model / contract.version / PROFILE_FILE).unlink()
    with pytest.raises(pulumi.RunError) as caught:
        declare("dev", ON, bundle=model)

    assert str(caught.value) == (
        "inference:classShareThreshold: the bundle has no profile that says how often each class is predicted; "
        "expected 0 for this bundle. Set it: pulumi config set inference:classShareThreshold 0"
    )


def distance(counted: Mapping[str, int], expected: Mapping[str, int]) -> float:
    now, then = sum(counted.values()), sum(expected.values())
    return sum(abs(counted[label] / now - expected[label] / then) for label in expected) / 2


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(0, 99)), min_size=2, max_size=MAX_WATCHED))
def test_the_shift_is_the_total_variation_distance_of_the_classes(counts: list[tuple[int, int]]) -> None:
    expected = {f"class {index}": then for index, (then, _) in enumerate(counts)}
    counted = {f"class {index}": now + 1 for index, (_, now) in enumerate(counts)}
    total = sum(expected.values())
    *watched, _rest = [(label, count / total) for label, count in expected.items()]
    series = {f"c{index}": {0.0: float(counted[label])} for index, (label, _) in enumerate(watched)}
    series["t"] = {0.0: float(sum(counted.values()))}

    found = evaluate(shift(dict(watched)), Scope(series=series, periods=(0.0,), period_s=60))

    # The last class is what the others leave, as in the distance itself.
    assert found[0.0] == pytest.approx(distance(counted, expected), abs=1e-5)


def test_what_alarm_and_graph_read_is_what_the_function_emits(bundle_path: Path) -> None:
    declared = declare("dev", ON, bundle=bundle_path)
    (alarm,) = [each.inputs for each in declared.all("MetricAlarm") if each.name == "alarms-class-shares"]
    variables = declared.one("lambda/function:Function").inputs["environment"]["variables"]
    environment = {**os.environ, **variables, "MODEL_BUNDLE": str(bundle_path)}
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env=environment)
    records = [dict(each) for each in read_lines(done.stdout).metrics]
    _, answered = [each for each in records if "PredictionLatency" in each]
    read = {query["metric"]["metricName"] for query in alarm["metricQueries"] if "metric" in query}
    (graph,) = [
        each
        for each in widgets(declared.one("cloudwatch/dashboard:Dashboard").inputs)
        if each["title"] == "Class shares"
    ]
    drawn = {line[1] for line in graph["metrics"] if "expression" not in line[0]}

    assert len(read) == 2, "all predictions, and one of the two classes"
    assert read == drawn
    assert read <= answered.keys()
    assert answered["Predictions"] == 1
    refused = [each for each in records if "PredictionLatency" not in each]
    assert refused
    assert not any(name.startswith("Predictions.") for each in refused for name in each)
    assert graph["annotations"]["horizontal"][0]["value"] == alarm["threshold"] == 0.2


def widgets(inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [each["properties"] for each in json.loads(inputs["dashboardBody"])["widgets"] if each["type"] == "metric"]


def test_without_the_setting_no_class_is_a_metric(bundle_path: Path) -> None:
    declared = declare("dev", bundle=bundle_path)

    assert "CLASS_METRICS" not in declared.one("lambda/function:Function").inputs["environment"]["variables"]
    assert "Predictions." not in declared.one("cloudwatch/dashboard:Dashboard").inputs["dashboardBody"]
    assert not [each for each in declared.all("MetricAlarm") if each.name == "alarms-class-shares"]


def test_a_regressor_has_no_classes_to_watch(regressor: Contract, write_bundle: Callable[[Contract], Path]) -> None:
    declared = declare("dev", ON, bundle=write_bundle(regressor))

    assert not [each for each in declared.all("MetricAlarm") if each.name == "alarms-class-shares"]
