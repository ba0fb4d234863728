"""The contract is what the model answers, found by calling it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from sklearn.neighbors import RadiusNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, PowerTransformer

from model_export.errors import InputError
from model_export.progress import Silent
from model_export.source.data.table import checked_table
from model_export.source.intake import Given, take_in

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from inference_lib.contract.document import Feature

ROWS = pd.DataFrame(
    {
        "a": np.random.default_rng(3).gamma(2.0, size=120),
        "n": np.arange(120) % 5 * 10,
        "c": ["x", "y", "z"] * 40,
    }
)
LABEL = (ROWS["a"] > 1.5).astype(int)


def _features(model: BaseEstimator, rows: pd.DataFrame, **given: Any) -> dict[str, Feature]:  # noqa: ANN401 - of Given
    intake = take_in(model, Given(checked_table(rows, "data").frame, **given), Silent())
    return {feature.name: feature for feature in intake.subject.features}


@pytest.mark.parametrize(
    ("model", "answers_null"),
    [
        (HistGradientBoostingClassifier(max_iter=3), True),
        (make_pipeline(SimpleImputer(), LogisticRegression()), True),
        (RandomForestClassifier(3, random_state=0), True),
        (LogisticRegression(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_feature_may_be_null_when_the_model_answers_null_whether_the_rows_had_any_or_not(
    model: BaseEstimator, answers_null: bool
) -> None:
    rows = ROWS[["a"]]
    if isinstance(model, RandomForestClassifier):
        rows = rows.mask(rows["a"] < 0.5)
    feature = _features(model.fit(rows, LABEL), ROWS[["a"]])["a"]
    assert feature.nullable == answers_null


def _encoded(encoder: BaseEstimator, column: str) -> BaseEstimator:
    columns = ColumnTransformer([("e", encoder, [column])], remainder="drop")
    return make_pipeline(columns, LogisticRegression()).fit(ROWS, LABEL)


def test_an_encoder_that_ignores_what_it_does_not_know_leaves_the_categories_open() -> None:
    feature = _features(_encoded(OneHotEncoder(handle_unknown="ignore"), "c"), ROWS)["c"]
    assert (feature.categories, feature.unknown_categories) == (("x", "y", "z"), "answer")
    assert (feature.nullable, feature.takes_null) == (False, True), "null is one more text that it does not know"


def test_an_encoder_that_raises_closes_them() -> None:
    feature = _features(_encoded(OneHotEncoder(), "c"), ROWS)["c"]
    assert (feature.unknown_categories, feature.takes_null) == ("refuse", False)
    numbers = _features(_encoded(OrdinalEncoder(), "n"), ROWS)["n"]
    assert (numbers.categories, numbers.unknown_categories) == ((0, 10, 20, 30, 40), "refuse")


def test_what_people_have_said_of_a_feature_stays() -> None:
    model = _encoded(OneHotEncoder(handle_unknown="ignore"), "c")
    feature = _features(model, ROWS, features={"c": {"categories": ["x", "y"]}})["c"]
    assert (feature.categories, feature.unknown_categories) == (("x", "y"), "refuse")


@pytest.mark.parametrize(
    ("step", "minimum", "excluded"),
    [
        (PowerTransformer("box-cox"), 0.0, True),
        (FunctionTransformer(np.log1p), -1.0, True),
        (FunctionTransformer(np.sqrt), 0.0, False),
    ],
    ids=["box-cox", "log1p", "sqrt"],
)
def test_a_bound_is_found_to_the_last_double(step: BaseEstimator, minimum: float, excluded: bool) -> None:
    rows = ROWS[["a"]]
    feature = _features(make_pipeline(step, Ridge()).fit(rows, rows["a"]), rows)["a"]
    assert (feature.minimum, feature.exclusive_minimum) == (minimum, excluded)
    assert feature.maximum is None


def test_no_feature_is_bounded_where_the_others_decide() -> None:
    generator = np.random.default_rng(1)
    rows = pd.DataFrame({"up": generator.uniform(0, 4, 120), "down": generator.uniform(0, 4, 120)})
    model = PoissonRegressor(alpha=1e-6).fit(rows, np.exp(rows["up"] - rows["down"]))
    features = _features(model, rows)
    assert [features["up"].maximum, features["down"].maximum] == [None, None], (
        "exp(up - down) can be a number at any of up"
    )
    alone = make_pipeline(FunctionTransformer(np.exp), Ridge()).fit(rows[["up"]], rows["up"])
    assert _features(alone, rows[["up"]])["up"].maximum == pytest.approx(np.log(np.finfo(float).max))


def test_a_number_that_has_a_neighbour_in_any_row_has_no_bound() -> None:
    # Ten of the 160 rows lie at the edges, and none of those that a value is tried in first.
    ups = [0.0 if at in {11, 13, 15, 17, 19} else 9.0 if at in {31, 33, 35, 37, 39} else 4.0 for at in range(160)]
    rows = pd.DataFrame({"up": ups, "along": np.arange(160) / 10})
    model = RadiusNeighborsRegressor(radius=0.5).fit(rows, rows["along"])
    # A row that the model refuses as it is says nothing about another number.
    refused = pd.DataFrame({"up": [4.0], "along": [np.nan]})
    feature = _features(model, pd.concat([refused, rows], ignore_index=True))["up"]
    assert (feature.minimum, feature.maximum) == (None, None)


def test_the_largest_magnitude_is_that_which_the_model_answers() -> None:
    rows = ROWS[["a"]]
    forest = RandomForestClassifier(3, random_state=0).fit(rows, LABEL)
    line = LogisticRegression().fit(rows, LABEL)
    limits = [take_in(model, Given(rows), Silent()).subject.limit for model in (forest, line)]
    assert limits == [3.4028234663852886e38, None], "trees read float32"


def test_rows_that_the_model_refuses_are_left_out() -> None:
    rows = ROWS[["a"]].copy()
    model = LogisticRegression().fit(rows, LABEL)
    rows.loc[:9, "a"] = np.nan
    intake = take_in(model, Given(rows), Silent())
    assert len(intake.held_out) == 110


def test_a_model_that_answers_no_row_is_one_sentence() -> None:
    model = make_pipeline(SimpleImputer(), LogisticRegression()).fit(ROWS[["a"]], LABEL)
    # As the installed scikit-learn loads one that an earlier version saved.
    vars(model[0]).pop("_fill_dtype")
    vars(model)["_sklearn_version"] = "1.5.2"
    with pytest.raises(InputError) as caught:
        take_in(model, Given(ROWS[["a"]]), Silent())
    assert str(caught.value) == (
        "The model answers no row of the data: AttributeError: 'SimpleImputer' object has no attribute '_fill_dtype'. "
        f"It was saved by scikit-learn 1.5.2, and {sklearn.__version__} is installed: export it where the first is, or "
        "fit it again. Give rows in the form of the training data."
    )
