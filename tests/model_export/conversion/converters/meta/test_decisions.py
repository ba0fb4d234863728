"""Probabilities and labels that an estimator makes of another one's answers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.svm import LinearSVC

from model_export.conversion import catalog
from model_export.conversion.graph.table import Table
from model_export.conversion.methods import dispatch
from tests.model_export.conversion.formulas.computed import computed

ROWS = np.random.default_rng(14).normal(size=(200, 3))
SCORE = ROWS[:, 0] - ROWS[:, 1] + np.random.default_rng(15).normal(size=200)


@pytest.fixture(autouse=True)
def registered() -> None:
    """All converters."""
    catalog.registered()


@pytest.mark.parametrize("method", ["sigmoid", "isotonic", "temperature"])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("inner", [LinearSVC(), LogisticRegression()], ids=lambda value: type(value).__name__)
def test_calibrated_probabilities_are_those_of_the_original(
    inner: LinearSVC | LogisticRegression, classes: int, method: str
) -> None:
    labels = np.digitize(SCORE, [0.0] if classes == 2 else [-0.7, 0.7])
    model = CalibratedClassifierCV(inner, method=method, cv=2).fit(ROWS, labels)
    (found,) = computed(lambda x: dispatch.predict_proba(model, Table.of(x)), ROWS)

    np.testing.assert_allclose(found, model.predict_proba(ROWS), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("method", ["predict_proba", "decision_function"])
@pytest.mark.parametrize("positive", [None, 0, 1])
def test_a_label_is_given_from_its_threshold_on(positive: int | None, method: str) -> None:
    model = FixedThresholdClassifier(
        LogisticRegression(), threshold=0.3, pos_label=positive, response_method=method
    ).fit(ROWS, SCORE > 0)
    (found,) = computed(lambda x: dispatch.predict(model, Table.of(x)).reshape([-1, 1]), ROWS)

    assert 0 < found.sum() < len(ROWS)
    np.testing.assert_array_equal(model.classes_[found.ravel().astype(int)], model.predict(ROWS))
