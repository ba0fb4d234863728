"""Model files and data files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from model_export import export
from model_export.errors import InputError
from model_export.progress import Silent
from model_export.source.model.load import MODELS, checked_table, load_model, load_table

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.pipeline import Pipeline


class Notes(Silent):
    def __init__(self) -> None:
        self.texts: list[str] = []

    def note(self, text: str) -> None:
        self.texts.append(text)


def test_a_pickle_is_loaded_after_saying_that_it_runs_code(pipeline: Pipeline, tmp_path: Path) -> None:
    path = tmp_path / "model.joblib"
    joblib.dump(pipeline, path)
    notes = Notes()
    assert hasattr(load_model(path, notes), "predict")
    assert notes.texts == [
        (
            f"{path} is a pickle: loading it runs code. Load only files that you trust; "
            "skops.io.dump(model, 'model.skops') saves one without code."
        )
    ]


def test_a_skops_file_is_loaded_without_a_warning(pipeline: Pipeline, features: pd.DataFrame, tmp_path: Path) -> None:
    skops.io.dump(pipeline, tmp_path / "model.skops")
    notes = Notes()
    model = load_model(tmp_path / "model.skops", notes)
    assert model.predict(features).tolist() == pipeline.predict(features).tolist()
    assert notes.texts == []


def test_a_skops_file_with_strange_types_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    skops.io.dump(FunctionTransformer(os.system), tmp_path / "model.skops")
    with pytest.raises(InputError, match=r"holds types that skops does not know as safe: posix\.system\. When you"):
        load_model(tmp_path / "model.skops", Silent())


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.joblib", None, "no such model file. Save one with joblib.dump(model, 'model.joblib')."),
        (
            "model.h5",
            b"x",
            f"model files of type '.h5' are not read; expected {', '.join(MODELS)}.",
        ),
        ("model.skops", b"x", "is no skops file. Save one with skops.io.dump(model, 'model.skops')."),
        ("model.ubj", b"x", "is no XGBoost model. Save one with model.save_model('model.ubj')."),
        ("model.txt", b"x", "is no LightGBM model. Save one with booster.save_model('model.txt')."),
        (
            "broken.pkl",
            b"x",
            "cannot be loaded (EOFError). Load it where the packages that it was saved with are installed.",
        ),
    ],
    ids=["absent", "another kind", "no skops", "no XGBoost", "no LightGBM", "broken"],
)
def test_a_bad_model_file_is_told(name: str, content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_model(path, Silent())
    assert str(caught.value) == f"{path}: {message}"


def test_a_pickle_of_something_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / "list.pkl"
    joblib.dump([1], path)
    with pytest.raises(InputError) as caught:
        load_model(path, Silent())
    assert str(caught.value) == f"{path}: holds a list; expected a fitted estimator with predict."


def test_csv_and_parquet_give_the_same_table(features: pd.DataFrame, tmp_path: Path) -> None:
    features.to_csv(tmp_path / "rows.csv", index=False)
    features.to_parquet(tmp_path / "rows.parquet")
    from_csv, from_parquet = load_table(tmp_path / "rows.csv"), load_table(tmp_path / "rows.parquet")
    pd.testing.assert_frame_equal(from_csv, from_parquet, check_dtype=False)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "absent.csv",
            None,
            "no such data file. Expected a CSV or Parquet file with one row for each instance.",
        ),
        ("rows.xlsx", b"x", "data files of type '.xlsx' are not read; expected .csv, .parquet."),
        ("empty.csv", b"", "cannot be read as CSV (No columns to parse from file)."),
        (
            "head.csv",
            b"a,b\n",
            "holds no rows. Give at least one row; 50 or more make a proof worth having.",
        ),
    ],
    ids=["absent", "another kind", "empty", "header only"],
)
def test_a_bad_data_file_is_told(name: str, content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_table(path)
    assert str(caught.value) == f"{path}: {message}"


def test_a_broken_parquet_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "rows.parquet").write_bytes(b"no parquet")
    with pytest.raises(InputError, match="cannot be read as PARQUET"):
        load_table(tmp_path / "rows.parquet")


def test_a_column_that_is_there_twice_is_told() -> None:
    with pytest.raises(InputError) as caught:
        checked_table(pd.DataFrame([[1, 2]], columns=["a", "a"]), "data")
    assert str(caught.value) == "data: has the column 'a' twice. Rename one."


def test_a_dict_of_columns_is_a_table() -> None:
    assert checked_table({"a": [1, 2], "b": ["x", None]}, "data").shape == (2, 2)


def test_an_array_with_names_is_a_table_and_one_without_is_told(tmp_path: Path) -> None:
    rows = np.arange(80.0).reshape(40, 2)
    model = LogisticRegression().fit(rows, rows[:, 0] > 30)
    exported = export(model, rows, name="array", feature_names=["length", "width"], out=tmp_path)
    assert [feature.name for feature in exported.contract.features] == ["length", "width"]
    with pytest.raises(InputError) as caught:
        export(model, rows, name="array", out=tmp_path)
    assert str(caught.value) == (
        "data: an array of shape (40, 2) with 0 feature names. Give two dimensions and one name for each column: "
        "export(model, data, name=..., feature_names=[...])."
    )


def test_a_skops_file_of_trees_is_read_though_skops_asks_about_their_nodes(tmp_path: Path) -> None:
    rows = np.arange(80.0).reshape(40, 2)
    model = HistGradientBoostingClassifier(max_iter=2).fit(rows, rows[:, 0] > 30)
    skops.io.dump(model, tmp_path / "model.skops")
    assert load_model(tmp_path / "model.skops", Silent()).predict(rows).tolist() == model.predict(rows).tolist()
