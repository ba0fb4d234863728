"""Model files and data files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.preprocessing import FunctionTransformer

from model_export.errors import InputError
from model_export.progress import Silent
from model_export.source.model.load import MODELS, load_model

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
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
            "pointer.joblib",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0",
            "is a pointer of Git LFS, not the model. Fetch the file itself: git lfs pull",
        ),
        (
            "page.pkl",
            b"<!DOCTYPE html><title>Sign in</title>",
            "is an HTML page, not a model, as a download without a login leaves it. Download the file again.",
        ),
        ("empty.pkl", b"", "is empty. Save the model again, for example with joblib.dump(model, 'model.joblib')."),
        (
            "broken.pkl",
            b"x",
            "cannot be loaded (EOFError). Load it where the packages that it was saved with are installed.",
        ),
    ],
    ids=["absent", "another kind", "no skops", "no XGBoost", "no LightGBM", "Git LFS", "HTML", "empty", "broken"],
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


@pytest.mark.parametrize("name", ["model.joblib.gz", "MODEL.PKL", "model.joblib.xz"])
def test_a_compressed_pickle_and_a_suffix_in_capitals_are_read(name: str, pipeline: Pipeline, tmp_path: Path) -> None:
    joblib.dump(pipeline, tmp_path / name, compress=3 if name.endswith("z") else 0)
    assert hasattr(load_model(tmp_path / name, Silent()), "predict")


def test_a_folder_is_told_with_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is a folder; expected a model file\. Name one in it: \.joblib"):
        load_model(tmp_path, Silent())


def test_a_skops_file_of_trees_is_read_though_skops_asks_about_their_nodes(tmp_path: Path) -> None:
    rows = np.arange(80.0).reshape(40, 2)
    model = HistGradientBoostingClassifier(max_iter=2).fit(rows, rows[:, 0] > 30)
    skops.io.dump(model, tmp_path / "model.skops")
    assert load_model(tmp_path / "model.skops", Silent()).predict(rows).tolist() == model.predict(rows).tolist()
