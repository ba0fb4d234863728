"""A chain answers as its original does, whatever the links read of those before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multioutput import ClassifierChain, RegressorChain
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from model_export import export

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator

ROWS = pd.DataFrame(np.random.default_rng(0).gamma(2, 1, (200, 3)).round(2), columns=list("abc"))
LABELS = np.column_stack([ROWS.a > 2, ROWS.a + ROWS.b > 4, ROWS.c > ROWS.a]).astype(int)
TREE = DecisionTreeClassifier(max_depth=3, random_state=0)


@pytest.mark.parametrize(
    ("model", "target"),
    [
        (ClassifierChain(TREE), LABELS),
        (ClassifierChain(TREE, chain_method="predict_proba", order=[2, 0, 1]), LABELS),
        (ClassifierChain(RandomForestClassifier(4, max_depth=3, random_state=0)), LABELS),
        (ClassifierChain(LogisticRegression(), chain_method="predict_log_proba"), LABELS),
        (ClassifierChain(LogisticRegression(), chain_method="decision_function"), LABELS),
        (RegressorChain(DecisionTreeRegressor(max_depth=4, random_state=0)), ROWS[["a", "b"]] ** 2),
    ],
    ids=["labels of trees", "probabilities of trees", "forests", "logarithms", "scores", "values of trees"],
)
def test_each_link_reads_what_those_before_it_answer(model: BaseEstimator, target: object, tmp_path: Path) -> None:
    assert export(model.fit(ROWS, target), ROWS, name="chain", out=tmp_path).parity.failures == 0
