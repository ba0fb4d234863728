"""Models that would be converted wrongly are refused, with the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from model_export import UnsupportedModel, export

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from sklearn.base import BaseEstimator

NUMBERS = ["résumé score", "visits"]


def _refusal(model: BaseEstimator, table: pd.DataFrame, out: Path) -> str:
    with pytest.raises(UnsupportedModel) as caught:
        export(model.fit(table, LABELS(table)), table, name="refused", out=out)
    assert not list(out.iterdir()), "a refused model leaves nothing behind"
    return str(caught.value)


def LABELS(table: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.str_]]:  # noqa: N802 - reads as data
    return np.where(np.arange(len(table)) % 3 == 0, "a", "b")


@pytest.mark.parametrize(
    "model",
    [
        Pipeline([("fill", SimpleImputer()), ("forest", RandomForestClassifier(5, random_state=0))]),
        HistGradientBoostingClassifier(max_iter=5),
    ],
    ids=["imputed forest", "histogram boosting"],
)
def test_the_two_ways_out_are_proven(model: BaseEstimator, table: pd.DataFrame, tmp_path: Path) -> None:
    model.fit(table[NUMBERS], LABELS(table))
    assert export(model, table[NUMBERS], name="mended", out=tmp_path).parity.failures == 0


def _answers_alike(model: BaseEstimator, rows: pd.DataFrame, out: Path) -> bool:
    exported = export(model.fit(rows, LABELS(rows)), rows, name="alike", out=out)
    return exported.parity.failures == 0


def test_an_encoder_that_reads_fractions_and_missing_numbers_is_exact(table: pd.DataFrame, tmp_path: Path) -> None:
    # skl2onnx casts them to integers.
    prepare = ColumnTransformer([("codes", OneHotEncoder(), ["résumé score"])])
    model = Pipeline([("prepare", prepare), ("weigh", LogisticRegression())])
    assert _answers_alike(model, table[NUMBERS], tmp_path)


def test_buckets_of_rare_categories_are_exact(table: pd.DataFrame, tmp_path: Path) -> None:
    prepare = ColumnTransformer([("codes", OneHotEncoder(max_categories=2), ["colour"])])
    model = Pipeline([("prepare", prepare), ("weigh", LogisticRegression())])
    assert _answers_alike(model, table[["colour"]], tmp_path)


def test_a_label_by_a_threshold_is_exact(table: pd.DataFrame, tmp_path: Path) -> None:
    model = FixedThresholdClassifier(LogisticRegression(), threshold=0.3, pos_label="a")
    assert _answers_alike(model, table[["visits"]], tmp_path)
