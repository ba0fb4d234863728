"""Detectors of outliers by a plane, an ellipse and neighbours score as the original does."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
