"""Classifiers of several classes from ones of two, with margins and with probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.svm import LinearSVC

from model_export import export
from tests.model_export.conversion.converters.behind import numbers

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator

ROWS = numbers(80)
GROUPS = np.digitize(ROWS["x0"] + ROWS["x1"], [-1.0, 1.0])


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "model",
    [OneVsRestClassifier(LinearSVC()), OneVsRestClassifier(LogisticRegression()), OneVsOneClassifier(LinearSVC())],
    ids=repr,
)
def test_the_label_is_that_of_the_original(model: BaseEstimator, classes: int, tmp_path: Path) -> None:
    target = np.minimum(GROUPS, classes - 1)
    assert export(model.fit(ROWS, target), ROWS, name="classes", out=tmp_path).parity.failures == 0
