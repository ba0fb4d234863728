"""Thresholds in float32, and the rows beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lightgbm import LGBMClassifier
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

from model_export import UnsupportedModel, export
from model_export.proof.thresholds import at_most, beside_thresholds

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator


@given(st.floats(-1e38, 1e38), st.floats(-(2.0**100), 2.0**100, width=32))
def test_each_float32_value_is_on_its_side_of_the_rounded_threshold(threshold: float, value: float) -> None:
    (rounded,) = at_most(np.array([threshold]))
    assert (value <= threshold) == (np.float32(value) <= rounded)


@pytest.fixture(scope="module")
def near() -> pd.DataFrame:
    return pd.DataFrame({"a": np.repeat([0.1, 0.2], 60), "b": np.arange(120.0)})


@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(5, random_state=0),
        GradientBoostingClassifier(n_estimators=5, random_state=0),
        HistGradientBoostingClassifier(max_iter=5),
        XGBClassifier(n_estimators=5),
        LGBMClassifier(n_estimators=5, verbose=-1),
    ],
    ids=lambda model: type(model).__name__,
)
def test_rows_beside_the_thresholds_are_proven(model: BaseEstimator, tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    rows = pd.DataFrame(generator.normal(size=(300, 2)).round(2), columns=["a", "b"])
    model.fit(rows, (rows["a"] + rows["b"] > 0).astype(int))
    exported = export(model, rows, name="beside", out=tmp_path)
    assert exported.parity.groups["beside a threshold"].rows >= 8
    assert exported.parity.failures == 0
    values = list(beside_thresholds(model, ["a", "b"]))
    frame = pd.DataFrame([{"a": 0.0, "b": 0.0} | {name: value} for name, value in values])
    answers = model.predict_proba(frame)[:, 1]
    assert (answers[:-1] != answers[1:]).mean() > 0.3, "they lie on two sides of splits"


def test_a_scaled_feature_has_no_thresholds_of_its_own(near: pd.DataFrame) -> None:
    model = make_pipeline(StandardScaler(), RandomForestClassifier(3)).fit(near, near["a"] > near["a"].min())
    assert list(beside_thresholds(model, ["a", "b"])) == []


def test_histogram_boosting_on_categories_is_refused(near: pd.DataFrame, tmp_path: Path) -> None:
    model = HistGradientBoostingClassifier(max_iter=3, categorical_features=["b"])
    rows = near.assign(b=near["b"] % 4)
    model.fit(rows, (rows["b"] == 2).astype(int))
    with pytest.raises(UnsupportedModel) as caught:
        export(model, rows, name="refused", out=tmp_path)
    assert str(caught.value) == (
        "HistGradientBoostingClassifier: it splits by categories, which the converter takes for numbers. Fit with "
        "categorical_features=None, after an OrdinalEncoder or OneHotEncoder in a pipeline."
    )
