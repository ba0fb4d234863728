"""The names of metrics, and which of them a model has."""

from __future__ import annotations

import pytest

from inference_lib.contract.document import Contract, OutputTensor
from inference_lib.telemetry import metrics


def test_a_name_of_255_characters_is_kept_and_a_longer_one_cut() -> None:
    longest = "x" * (255 - len("Predictions."))
    assert metrics.predictions_of(longest).name == f"Predictions.{longest}"
    cut = metrics.predictions_of(longest + "y").name
    assert len(cut) == 255
    assert cut.startswith(f"Predictions.{longest[:-9]}~")
    assert cut != metrics.predictions_of(longest + "z").name


def test_a_label_that_no_text_holds_has_a_metric() -> None:
    assert len(metrics.predictions_of("\ud800" * 300).name) == 255


def test_predictions_of_a_class_are_counted() -> None:
    metric = metrics.predictions_of("a")
    assert (metric.name, metric.unit, metric.statistic, metric.source) == ("Predictions.a", "Count", "Sum", metrics.EMF)


def _contract(task: str, role: str) -> Contract:
    outputs = {role: OutputTensor(name=role, element_type="float")}
    return Contract(name="m", version="v", task=task, features=(), inputs=(), outputs=outputs)  # type: ignore[arg-type] # a task


@pytest.mark.parametrize(
    ("task", "role", "names"),
    [
        ("regression", "value", ["MeanAbsoluteError", "RootMeanSquaredError", "QualityLoss"]),
        ("binary", "probabilities", ["Accuracy", "BrierScore", "CalibrationError", "QualityLoss"]),
        ("multiclass", "label", ["Accuracy", "QualityLoss"]),
    ],
)
def test_the_quality_of_a_model_is_measured_by_its_task(task: str, role: str, names: list[str]) -> None:
    assert [metric.name for metric in metrics.quality_metrics(_contract(task, role))] == names


def test_namespace_and_dimensions_are_those_of_stack_and_model() -> None:
    assert metrics.namespace("dev") == "MLInference/dev"
    assert metrics.dimensions("m") == {"Model": "m"}
    assert metrics.version_pair("a", "b") == {"VersionPair": "a/b"}
    assert len({metric.name for metric in metrics.CATALOGUE}) == len(metrics.CATALOGUE) == 12
