"""A selector of features that is the last step answers as the estimator inside does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_selection import RFE, RFECV
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import LinearSVC

from model_export import export

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator


@pytest.mark.parametrize(
    ("model", "task"),
    [
        (RFE(LinearRegression(), n_features_to_select=2), "regression"),
        (RFECV(LogisticRegression(), min_features_to_select=2), "binary"),
        (RFE(LinearSVC(), n_features_to_select=1), "binary"),
    ],
    ids=["values", "probabilities", "scores"],
)
def test_the_estimator_inside_answers_for_the_columns_that_are_kept(
    model: BaseEstimator, task: str, tmp_path: Path
) -> None:
    table = pd.DataFrame(np.random.default_rng(2).normal(size=(90, 4)), columns=list("abcd"))
    model.fit(table, table["b"] - table["d"] if task == "regression" else (table["b"] > table["d"]).astype(int))
    exported = export(model, table, name="kept", out=tmp_path)
    assert (exported.contract.task, exported.parity.failures) == (task, 0)
