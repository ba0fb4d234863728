"""Metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from model_export import InputError, export

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.pipeline import Pipeline

    from model_export import Exported


def test_a_classifier_has_its_metrics(cancer: Exported) -> None:
    assert list(cancer.contract.metrics) == [
        "accuracy",
        "balanced_accuracy",
        "log_loss",
        "brier_score",
        "calibration_error",
        "roc_auc",
        "evaluated_rows",
    ]
    assert cancer.contract.metrics["accuracy"] > 0.95
    assert cancer.contract.metrics["roc_auc"] > 0.99


def test_a_regressor_has_its_metrics(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": np.arange(60.0), "y": 3 * np.arange(60.0)})
    model = LinearRegression().fit(table[["a"]], table["y"])
    metrics = export(model, table, name="line", target="y", out=tmp_path).contract.metrics
    assert metrics == {
        "r2": 1.0,
        "mean_absolute_error": pytest.approx(0, abs=1e-9),
        "root_mean_squared_error": pytest.approx(0, abs=1e-9),
        "evaluated_rows": 60,
    }


def test_the_errors_of_a_small_target_keep_their_digits(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": np.arange(60.0), "y": 1e-8 * (-1.0) ** np.arange(60)})
    model = LinearRegression().fit(table[["a"]], table["y"])
    metrics = export(model, table, name="small", target="y", out=tmp_path).contract.metrics
    assert metrics["mean_absolute_error"] == pytest.approx(1e-8, rel=0.01)


def test_without_a_target_only_the_given_metrics_are_there(
    pipeline: Pipeline, features: pd.DataFrame, tmp_path: Path
) -> None:
    exported = export(pipeline, features, name="given", out=tmp_path, metrics={"lift": 2.5})
    assert exported.contract.metrics == {"lift": 2.5}


def test_rows_of_one_class_have_no_roc_auc(pipeline: Pipeline, table: pd.DataFrame, tmp_path: Path) -> None:
    rows = table[table["won"] == "yes"]
    metrics = export(pipeline, rows, name="one", target="won", out=tmp_path).contract.metrics
    assert "roc_auc" not in metrics
    assert metrics["accuracy"] > 0.5


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            ["maybe"] * 240,
            "The target 'won' holds 1 values that are no classes of the model; the classes are 'no', 'yes'.",
        ),
        ([None] + ["yes"] * 239, "The target 'won' misses 1 labels. Remove those rows."),
    ],
    ids=["no classes", "missing"],
)
def test_wrong_labels_are_told(
    labels: list[str | None], message: str, pipeline: Pipeline, table: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        export(pipeline, table.assign(won=pd.Series(labels)), name="wrong", target="won", out=tmp_path)
    assert str(caught.value) == message


def test_texts_are_no_target_of_a_regressor(table: pd.DataFrame, tmp_path: Path) -> None:
    model = LinearRegression().fit(table[["visits"]], table["visits"])
    with pytest.raises(InputError) as caught:
        export(model, table, name="wrong", target="won", out=tmp_path)
    assert str(caught.value) == "The target 'won' holds no numbers, and the model is a regressor."
