"""Estimators that answer by others: each method, of two classes and of three."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.ensemble import AdaBoostClassifier
from sklearn.feature_selection import RFE
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from model_export.conversion import catalog
from model_export.conversion.graph.table import Table
from model_export.conversion.methods import dispatch
from tests.model_export.conversion.formulas.computed import computed

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin

ROWS = np.random.default_rng(31).normal(size=(240, 3)).round(2)
SCORE = ROWS[:, 0] - ROWS[:, 1] + np.random.default_rng(32).normal(size=240)
LABELS = {"two classes": (SCORE > 0).astype(int), "three classes": np.digitize(SCORE, [-0.7, 0.7])}
LINE = LogisticRegression()
MODELS = [
    AdaBoostClassifier(DecisionTreeClassifier(max_depth=1), n_estimators=7, random_state=0),
    AdaBoostClassifier(LogisticRegression(), n_estimators=4, random_state=0),
    OneVsRestClassifier(GaussianNB()),
    OneVsRestClassifier(LinearSVC(random_state=0)),
    OneVsRestClassifier(LINE),
    OneVsOneClassifier(GaussianNB()),
    OneVsOneClassifier(LINE),
    OutputCodeClassifier(GaussianNB(), random_state=0),
    OutputCodeClassifier(LINE, random_state=0),
    RFE(LINE, n_features_to_select=2),
    RFE(LinearSVC(random_state=0), n_features_to_select=2),
]


@pytest.fixture(autouse=True)
def registered() -> None:
    """All converters."""
    catalog.registered()


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_each_method_answers_as_the_original(model: ClassifierMixin, labels: str) -> None:
    model.fit(ROWS, LABELS[labels])
    methods = [name for name in ("predict_proba", "decision_function") if hasattr(model, name)]
    for name in methods:
        (found,) = computed(lambda x, name=name: dispatch.response(model, Table.of(x), name), ROWS)  # type: ignore[misc] # of each pass
        expected = np.asarray(getattr(model, name)(ROWS)).reshape(len(ROWS), -1)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    (found,) = computed(lambda x: dispatch.predict(model, Table.of(x)).reshape([-1, 1]), ROWS)

    np.testing.assert_array_equal(model.classes_[found.ravel().astype(int)], model.predict(ROWS))
