"""Detectors of outliers by a plane, an ellipse and neighbours score as the original does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from sklearn.covariance import EllipticEnvelope
from sklearn.linear_model import SGDOneClassSVM
from sklearn.neighbors import LocalOutlierFactor

from model_export import export
from tests.model_export.conversion.converters.behind import numbers

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator

ROWS = numbers(80)


@pytest.mark.parametrize(
    "model",
    [SGDOneClassSVM(nu=0.2, random_state=0), EllipticEnvelope(random_state=0), LocalOutlierFactor(novelty=True)],
    ids=repr,
)
def test_a_detector_is_proven(model: BaseEstimator, tmp_path: Path) -> None:
    assert export(model.fit(ROWS), ROWS, name="outliers", out=tmp_path).parity.failures == 0


def test_equal_rows_are_as_dense_as_in_the_original(tmp_path: Path) -> None:
    rows = pd.concat([ROWS, *[ROWS[:3]] * 9], ignore_index=True)
    model = LocalOutlierFactor(n_neighbors=5, novelty=True).fit(rows)

    assert model.negative_outlier_factor_.min() < -1e6, "a row beside equal ones, whose reach is zero"
    assert export(model, rows, name="outliers", out=tmp_path).parity.failures == 0
