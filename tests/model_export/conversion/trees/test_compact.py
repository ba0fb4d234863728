"""The newer form of tree ensembles: the same answers, bit by bit where no softmax or sigmoid follows."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression

from model_export import export
from model_export.conversion.trees.compact import compact

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator

_OPSETS = {"": 21, "ai.onnx.ml": 3}
_GENERATOR = np.random.default_rng(7)
_ROWS = _GENERATOR.normal(size=(1500, 6)).astype(np.float32)
_ASKED = np.vstack([_GENERATOR.normal(size=(3000, 6)), _ROWS, np.full((1, 6), 0), np.full((1, 6), 1e30)]).astype(
    np.float32
)
_TWO = (_ROWS[:, 0] + _ROWS[:, 1] ** 2 > 0.7).astype(int)
_THREE = np.array(["low", "middle", "high"])[np.digitize(_ROWS[:, 0] + _ROWS[:, 2] ** 2, [0, 1])]
_VALUES = _ROWS[:, 0] * 3 + _ROWS[:, 1] ** 2

_EXACT = [
    (RandomForestClassifier(20, random_state=0), _TWO),
    (ExtraTreesClassifier(20, random_state=0), _TWO),
    (BaggingClassifier(n_estimators=3, random_state=0).set_params(estimator=ExtraTreesClassifier(9)), _TWO),
    (RandomForestRegressor(20, random_state=0), _VALUES),
    (ExtraTreesRegressor(20, random_state=0), _VALUES),
]
_CLOSE = [
    (GradientBoostingClassifier(random_state=0), _TWO),
    (GradientBoostingClassifier(random_state=0), _THREE),
    (HistGradientBoostingClassifier(random_state=0), _TWO),
    (HistGradientBoostingClassifier(random_state=0), _THREE),
    (GradientBoostingRegressor(random_state=0), _VALUES),
    (HistGradientBoostingRegressor(random_state=0), _VALUES),
]


def _converted(model: BaseEstimator, labels: np.ndarray, rows: np.ndarray = _ROWS) -> onnx.ModelProto:
    model.fit(rows, labels)
    options = {id(model): {"zipmap": False}} if hasattr(model, "classes_") else None
    types = [("x", FloatTensorType([None, _ROWS.shape[1]]))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the converter's own
        converted: onnx.ModelProto = convert_sklearn(model, initial_types=types, options=options, target_opset=_OPSETS)
    return converted


def _answers(model: onnx.ModelProto, rows: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> list[np.ndarray]:
    return list(onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": rows}))


@pytest.mark.parametrize(("model", "labels"), _EXACT, ids=lambda each: type(each).__name__)
def test_sums_of_trees_are_the_same_bit_by_bit(model: BaseEstimator, labels: np.ndarray) -> None:
    older = _converted(model, labels)
    newer = compact(older)
    assert newer is not None
    assert {node.op_type for node in newer.graph.node} & {"TreeEnsembleClassifier", "TreeEnsembleRegressor"} == set()
    assert newer.ByteSize() < older.ByteSize() / 2
    for before, after in zip(_answers(older, _ASKED), _answers(newer, _ASKED), strict=True):
        assert np.array_equal(before, after)


@pytest.mark.parametrize(("model", "labels"), _CLOSE, ids=lambda each: type(each).__name__)
def test_boosted_trees_differ_by_the_last_bit_at_most(model: BaseEstimator, labels: np.ndarray) -> None:
    older = _converted(model, labels)
    newer = compact(older)
    assert newer is not None
    for before, after in zip(_answers(older, _ASKED), _answers(newer, _ASKED), strict=True):
        if before.dtype.kind == "f":
            np.testing.assert_allclose(after, before, rtol=1e-5, atol=2e-6)
        else:
            assert np.array_equal(before, after)


def test_missing_values_go_the_same_way() -> None:
    rows = _ROWS.copy()
    rows[::3, 0] = np.nan
    older = _converted(HistGradientBoostingClassifier(random_state=0), _TWO, rows)
    newer = compact(older)
    assert newer is not None
    missing = _ASKED.copy()
    missing[::2, 0] = np.nan
    missing[::5, 3] = np.nan
    np.testing.assert_allclose(_answers(newer, missing)[1], _answers(older, missing)[1], atol=1e-6)


@pytest.mark.parametrize(
    ("model", "labels"),
    [
        (RandomForestClassifier(20, random_state=0), _THREE),  # several weights a leaf
        (RandomForestRegressor(20, random_state=0), np.c_[_VALUES, _VALUES]),  # several targets a leaf
        (RandomForestRegressor(2, max_depth=2, random_state=0), _VALUES),  # too small to be worth an operator more
        (LogisticRegression(), _TWO),  # no trees
    ],
)
def test_others_are_left_as_they_are(model: BaseEstimator, labels: np.ndarray) -> None:
    older = _converted(model, labels)
    content = older.SerializeToString(deterministic=True)
    assert compact(older) is None
    assert older.SerializeToString(deterministic=True) == content


def test_a_forest_is_exported_in_the_newer_form_whatever_the_number_of_its_classes(tmp_path: Path) -> None:
    table = pd.DataFrame(_ROWS.astype(float), columns=list("abcdef"))
    for labels in (_TWO, _THREE):
        model = RandomForestClassifier(20, random_state=0).fit(table, labels)
        exported = export(model, table, name="forest", out=tmp_path)
        operators = [node.op_type for node in onnx.load(exported.path / "model.onnx").graph.node]
        assert operators.count("TreeEnsemble") == 1
        assert exported.parity.max_abs_error < 1e-12
