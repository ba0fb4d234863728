"""Ensembles whose formula depends on the number of classes or samples are proven for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.ensemble import AdaBoostClassifier, IsolationForest
from sklearn.linear_model import LogisticRegression

from inference_lib.bundle.loading import load_bundle
from model_export import export
from tests.model_export.conversion.converters.behind import numbers

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator

ROWS = numbers(60)
GROUPS = np.digitize(ROWS["x0"], [-1.0, 1.0])


@pytest.mark.parametrize(
    ("model", "target"),
    [
        (AdaBoostClassifier(n_estimators=5, random_state=0), GROUPS > 0),
        (AdaBoostClassifier(n_estimators=5, random_state=0), GROUPS),
        (AdaBoostClassifier(LogisticRegression(), n_estimators=3, random_state=0), GROUPS > 0),
        (IsolationForest(n_estimators=5, max_samples=1, random_state=0), None),
        (IsolationForest(n_estimators=5, max_samples=2, random_state=0), None),
        (IsolationForest(n_estimators=5, max_features=2, random_state=0), None),
    ],
    ids=lambda each: str(each) if hasattr(each, "fit") else "",
)
@pytest.mark.filterwarnings("ignore")
def test_an_ensemble_is_proven(model: BaseEstimator, target: np.ndarray | None, tmp_path: Path) -> None:
    exported = export(model.fit(ROWS, target), ROWS, name="ensemble", out=tmp_path)
    assert load_bundle(str(exported.path), 10).contract.name == "ensemble"
