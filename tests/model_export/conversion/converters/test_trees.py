"""Missing values take the way through the trees that scikit-learn learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    BaggingRegressor,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    VotingClassifier,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, ExtraTreeRegressor
from xgboost import XGBRegressor

from model_export import export
from model_export.conversion.converters.trees.links import inside
from tests.model_export.conversion.formulas.computed import computed

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator

FOREST = RandomForestClassifier(7, random_state=0)


@pytest.fixture(scope="module")
def gaps() -> pd.DataFrame:
    """The label is whether ``a`` is missing, half of the time, so that nodes part missing values from all others."""
    generator = np.random.default_rng(5)
    made = pd.DataFrame(generator.normal(size=(400, 3)), columns=["a", "b", "c"])
    made["b"] = made["b"].mask(generator.random(400) < 0.2)
    made["a"] = made["a"].mask(generator.random(400) < 0.4)
    made["label"] = np.where(generator.random(400) < 0.8, made["a"].isna(), made["c"] > 0).astype(int)
    return made


@pytest.mark.parametrize(
    "model",
    [
        FOREST,
        RandomForestRegressor(7, random_state=0),
        ExtraTreesRegressor(7, random_state=0),
        DecisionTreeClassifier(random_state=0),
        ExtraTreeRegressor(random_state=0),
        Pipeline([("scale", StandardScaler()), ("forest", FOREST)]),
        BaggingRegressor(n_estimators=3, random_state=0),
        CalibratedClassifierCV(FOREST, cv=2),
        VotingClassifier([("one", FOREST)], voting="soft", flatten_transform=False),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.parametrize("learned", [True, False], ids=["learned", "never seen"])
def test_missing_values_go_where_the_original_sends_them(
    model: BaseEstimator, learned: bool, gaps: pd.DataFrame, tmp_path: Path
) -> None:
    # A tree that never saw a missing value sends it with the most rows; 398 of 2000 labels were wrong.
    features = gaps[["a", "b", "c"]]
    model.fit(features if learned else features.fillna(0.0), gaps["label"])
    exported = export(model, features, name="gaps", out=tmp_path)
    assert exported.parity.groups["missing value"].rows == 1 + len(features.columns), "each alone, and all at once"
    assert exported.parity.failures == 0


def test_a_node_that_parts_missing_values_from_all_others_is_exact(gaps: pd.DataFrame, tmp_path: Path) -> None:
    features = gaps[["a", "b", "c"]]
    model = DecisionTreeClassifier(random_state=0).fit(features, gaps["label"])
    assert np.isinf(model.tree_.threshold).any()
    assert export(model, features, name="gaps", out=tmp_path).parity.failures == 0
    assert np.isinf(model.tree_.threshold).any(), "the original is left as it is"


def test_a_feature_that_may_be_missing_by_correction_alone_is_exact(table: pd.DataFrame, tmp_path: Path) -> None:
    forest = RandomForestClassifier(5, random_state=0).fit(table[["visits"]], table["won"])
    exported = export(forest, table[["visits"]], name="allowed", out=tmp_path, features={"visits": {"nullable": True}})
    assert exported.parity.groups["missing value"].rows == 1


@pytest.mark.parametrize("patience", [None, 1, 100], ids=["all rounds", "stopped", "the last round is the best"])
def test_xgboost_answers_with_the_rounds_up_to_the_best_one(
    patience: int | None, gaps: pd.DataFrame, tmp_path: Path
) -> None:
    rows, wanted = gaps[["a", "b", "c"]], gaps["c"].where(gaps["a"].isna(), gaps["c"] * 3)
    model = XGBRegressor(n_estimators=12, learning_rate=0.9 if patience == 1 else 0.05, early_stopping_rounds=patience)
    held_out = [(rows[300:], wanted[300:])]
    model.fit(rows[:300], wanted[:300], eval_set=held_out if patience else None, verbose=False)
    exported = export(model, rows[300:], name="stopped", out=tmp_path)

    assert exported.parity.failures == 0 < exported.parity.rows
    if patience:
        assert (model.best_iteration == 11) == (patience == 100)


def test_shares_that_gradient_boosting_begins_with_stay_off_zero_and_one() -> None:
    (found,) = computed(inside, [[0.0], [0.25], [1.0]])
    least = np.finfo(np.float64).eps

    assert found.ravel().tolist() == [least, 0.25, 1 - least]
