"""A refusal names the step at which graph and original part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from model_export import ProofFailed, export
from model_export.conversion.graph.table import Table
from model_export.conversion.methods import dispatch

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from sklearn.base import BaseEstimator

    from model_export.conversion.graph.tensor import Tensor


@pytest.fixture
def wrong_scaler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write each StandardScaler a thousandth too large."""
    right = dispatch.transform

    def transform(step: BaseEstimator, x: Table) -> Table:
        written = right(step, x)
        return Table.of(written.numbers() * 1.001) if isinstance(step, StandardScaler) else written

    monkeypatch.setattr(dispatch, "transform", transform)


@pytest.fixture
def wrong_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write each LogisticRegression with its classes turned."""
    right = dispatch.predict_proba

    def predict_proba(model: BaseEstimator, x: Table) -> Tensor:
        written = right(model, x)
        return 1.0 - written if isinstance(model, LogisticRegression) else written

    monkeypatch.setattr(dispatch, "predict_proba", predict_proba)


def _refusal(model: BaseEstimator, rows: pd.DataFrame, out: Path) -> str:
    with pytest.raises(ProofFailed) as caught:
        export(model, rows, name="wrong", out=out)
    assert not list(out.iterdir())
    return str(caught.value)


@pytest.mark.usefixtures("wrong_scaler")
def test_the_part_of_a_column_transformer_is_named(pipeline: Pipeline, features: pd.DataFrame, tmp_path: Path) -> None:
    assert "The first step that differs is 'prepare', 'numbers' (Pipeline). Nothing" in _refusal(
        pipeline, features, tmp_path
    )


@pytest.mark.usefixtures("wrong_scaler")
def test_the_first_of_the_steps_that_differ_is_named(
    table: pd.DataFrame, features: pd.DataFrame, tmp_path: Path
) -> None:
    rows = features[["visits"]]
    model = Pipeline([("range", MinMaxScaler()), ("scale", StandardScaler()), ("weigh", LogisticRegression())])
    model.fit(rows, table["won"])
    assert "The first step that differs is 'scale' (StandardScaler). Nothing" in _refusal(model, rows, tmp_path)


@pytest.mark.usefixtures("wrong_model")
def test_the_estimator_is_named_where_all_steps_before_it_agree(
    table: pd.DataFrame, features: pd.DataFrame, tmp_path: Path
) -> None:
    rows = features[["visits"]]
    search = GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {"logisticregression__C": [1.0]}, cv=2)
    search.fit(rows, table["won"])
    assert "differs is 'logisticregression' (LogisticRegression). Nothing" in _refusal(search, rows, tmp_path)


@pytest.mark.usefixtures("wrong_model")
def test_a_missing_number_that_stays_missing_is_no_difference(
    table: pd.DataFrame, features: pd.DataFrame, tmp_path: Path
) -> None:
    rows = features[["visits"]].astype(np.float64)
    rows.iloc[::2] = np.nan
    model = make_pipeline(StandardScaler(), SimpleImputer(), LogisticRegression()).fit(rows, table["won"])
    assert "differs is 'logisticregression' (LogisticRegression). Nothing" in _refusal(model, rows, tmp_path)


@pytest.mark.usefixtures("wrong_model")
@pytest.mark.parametrize(
    "first",
    [SimpleImputer(strategy="constant", fill_value="none"), ColumnTransformer([("all", "passthrough", ["colour"])])],
    ids=["filled", "missing"],
)
def test_texts_that_a_step_hands_on_are_no_difference(
    first: BaseEstimator, table: pd.DataFrame, features: pd.DataFrame, tmp_path: Path
) -> None:
    rows = features[["colour"]].astype(object)
    rows.iloc[::5] = np.nan
    model = Pipeline(
        [("hand on", first), ("encode", OneHotEncoder(handle_unknown="ignore")), ("weigh", LogisticRegression())]
    )
    model.fit(rows, table["won"])
    assert "differs is 'weigh' (LogisticRegression). Nothing" in _refusal(model, rows, tmp_path)


@pytest.mark.usefixtures("wrong_model")
def test_an_error_while_the_step_is_looked_for_does_not_replace_the_refusal(
    table: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a step of another author")

    rows = table[["visits"]].astype(np.float64)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, table["won"])
    monkeypatch.setattr("model_export.proof.steps.write_steps", fail)
    said = _refusal(model, rows, tmp_path)
    assert said.startswith("The converted model differs from the original in ")
    assert "step" not in said


@pytest.mark.usefixtures("wrong_model")
def test_a_model_without_steps_names_none(table: pd.DataFrame, tmp_path: Path) -> None:
    rows = table[["visits"]].astype(np.float64)
    said = _refusal(LogisticRegression().fit(rows, table["won"]), rows, tmp_path)
    assert "step" not in said
