"""Numbers of requests are doubles and integers as JSON has them, whatever the type of the data's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from xgboost import XGBClassifier

from model_export import export
from model_export.progress import Silent
from model_export.proof.edges import HELD_OUT, Row
from model_export.proof.parity import answer_original
from model_export.source.intake import Given, take_in
from model_export.source.model.original import Original

if TYPE_CHECKING:
    from pathlib import Path

GENERATOR = np.random.default_rng(21)
NUMBERS = GENERATOR.normal(5, 3, 260)
FLIPPED = GENERATOR.random(260) < 0.1


class Width(RegressorMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn ships no types
    """Answers with the number of bits of the column that it is given."""

    def fit(self, rows: pd.DataFrame, target: object) -> Width:  # noqa: ARG002 - as scikit-learn calls it
        self.feature_names_in_ = rows.columns.to_numpy()
        self.n_features_in_ = rows.shape[1]
        return self

    def predict(self, rows: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.full(len(rows), rows.iloc[:, 0].to_numpy().itemsize * 8.0)


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("float16", "float64"),
        ("float32", "float64"),
        ("int8", "int64"),
        ("uint8", "int64"),
        ("int64", "int64"),
        ("bool", "bool"),
        ("Float32", "Float64"),
        ("Int16", "Int64"),
        ("boolean", "boolean"),
        ("str", "str"),
    ],
)
def test_a_column_of_requests_is_as_wide_as_json(given: str, asked: str) -> None:
    values = pd.Series(["1", "0", "1"] if given == "str" else [1, 0, 1])
    rows = pd.DataFrame({"x": values.astype(pd.api.types.pandas_dtype(given))})
    whole: dict[str, dict[str, object]] = {"x": {"type": "integer"}} if "nt" in given else {}
    intake = take_in(Width().fit(rows, None), Given(rows, features=whole), Silent())
    requests = intake.original.rows(intake.held_out)
    data = intake.original.as_given().rows(intake.held_out)

    assert isinstance(requests, pd.DataFrame)
    assert isinstance(data, pd.DataFrame)
    assert (str(requests["x"].dtype), str(data["x"].dtype)) == (asked, given)


def test_rows_of_the_data_are_proven_in_their_own_type_and_others_as_requests() -> None:
    rows = pd.DataFrame({"x": NUMBERS.astype("float32")})
    model = Width().fit(rows, NUMBERS)
    original = Original(model, take_in(model, Given(rows), Silent()).subject.features, rows)
    asked = [Row("zeros", "zero", {"x": 0.0}), Row(HELD_OUT, "a row", {"x": 1.5}), Row("zeros", "one", {"x": 1.0})]

    assert [answer["value"] for answer in answer_original(original, asked) if isinstance(answer, dict)] == [64, 32, 64]


@pytest.mark.parametrize("every", [False, True], ids=["one column", "every column"])
@pytest.mark.parametrize(
    "model",
    [
        HistGradientBoostingClassifier(max_iter=5),
        LGBMClassifier(n_estimators=5, min_child_samples=5, verbose=-1),
        RandomForestClassifier(3, random_state=0),
        XGBClassifier(n_estimators=5),
    ],
    ids=lambda value: type(value).__name__,
)
def test_trees_that_were_fitted_on_single_precision_are_exported(
    model: BaseEstimator, every: bool, tmp_path: Path
) -> None:
    rows = pd.DataFrame({"a": NUMBERS, "b": GENERATOR.normal(size=260)}).astype({"b": "float32"})
    rows = rows.astype("float32") if every else rows
    exported = export(model.fit(rows, (rows["b"] > 0) ^ FLIPPED), rows, name="single", out=tmp_path)

    assert exported.parity.groups["beside a seam"].rows > 100


def test_a_column_of_small_integers_does_not_bound_what_callers_send(tmp_path: Path) -> None:
    whole: dict[str, dict[str, object]] = {"n": {"type": "integer"}}
    rows = pd.DataFrame({"n": (NUMBERS * 10).clip(0, 120).astype("uint8"), "b": NUMBERS})
    model = RandomForestClassifier(3, random_state=0).fit(rows, rows["b"] > 5)
    exported = export(model, rows, name="small", out=tmp_path, features=whole)

    assert exported.contract.features[0].maximum is None


@pytest.mark.parametrize("kind", ["xgboost", "lightgbm", "scikit-learn"])
def test_categories_that_are_whole_numbers_are_exported(kind: str, tmp_path: Path) -> None:
    plan = GENERATOR.integers(1, 6, 260)
    rows = pd.DataFrame({"a": NUMBERS, "plan": pd.Categorical(plan)})
    models = {
        "xgboost": XGBClassifier(n_estimators=4, enable_categorical=True, max_cat_to_onehot=1),
        "lightgbm": LGBMClassifier(n_estimators=4, min_child_samples=5, verbose=-1),
        "scikit-learn": HistGradientBoostingClassifier(max_iter=4),
    }
    exported = export(models[kind].fit(rows, (plan % 2 == 1) ^ (NUMBERS > 5)), rows, name="plans", out=tmp_path)

    assert exported.contract.features[1].categories == (1, 2, 3, 4, 5)
