"""The graph: names, types, precision and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from inference_lib.bundle.loading import load_bundle
from inference_lib.contract.columns import Quality
from model_export import UnsupportedModel, export
from model_export.conversion.convert import _kb
from model_export.conversion.graph.graph import OPSETS

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator

    from model_export import Exported


def _graph(exported: Exported) -> onnx.ModelProto:
    return onnx.load(exported.path / "model.onnx")


def test_names_and_opsets_are_fixed(sleep: Exported) -> None:
    model = _graph(sleep)
    assert model.graph.name == "model"
    assert [tensor.name for tensor in model.graph.input] == ["numbers", "strings"]
    assert [tensor.name for tensor in model.graph.output] == ["probabilities"]
    assert {each.domain: each.version for each in model.opset_import}.items() <= OPSETS.items()


def test_no_zipmap_is_in_the_graph(sleep: Exported, cancer: Exported) -> None:
    for exported in (sleep, cancer):
        assert "ZipMap" not in {node.op_type for node in _graph(exported).graph.node}


def test_values_are_rounded_right_before_the_trees_of_a_forest(table: pd.DataFrame, tmp_path: Path) -> None:
    # scikit-learn scales in doubles, and its forests compare float32.
    model = Pipeline([("scale", StandardScaler()), ("forest", RandomForestClassifier(5, random_state=0))])
    rows = table[["visits"]]
    graph = _graph(export(model.fit(rows, table["won"]), rows, name="rounded", out=tmp_path)).graph
    made_by = {output: node for node in graph.node for output in node.output}
    (trees,) = [node for node in graph.node if node.op_type == "TreeEnsemble"]
    back = made_by[trees.input[0]]
    rounded = made_by[back.input[0]]
    assert [node.op_type for node in (rounded, back)] == ["Cast", "Cast"]
    assert [node.attribute[0].i for node in (rounded, back)] == [onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE]


def test_a_function_of_python_is_refused_by_its_name(table: pd.DataFrame, tmp_path: Path) -> None:
    model = Pipeline([("shift", FunctionTransformer(_next_year)), ("weigh", LogisticRegression())])
    model.fit(table[["visits"]], table["won"])
    with pytest.raises(UnsupportedModel, match=r"FunctionTransformer: .*_next_year"):
        export(model, table[["visits"]], name="refused", out=tmp_path)
    assert not list(tmp_path.iterdir())


def _next_year(values: pd.DataFrame) -> pd.DataFrame:
    return values + 1


def test_values_on_a_threshold_go_the_way_of_the_original(tmp_path: Path) -> None:
    # With scaling in float32, 20 of 2000 such labels were wrong.
    generator = np.random.default_rng(0)
    table = pd.DataFrame({"a": generator.normal(0, 9, 3000).round(2), "b": generator.normal(5, 1, 3000).round(2)})
    labels = np.where(table["a"] * generator.normal(1, 0.3, 3000) > table["b"], "x", "y")
    boosting = HistGradientBoostingClassifier(max_iter=40, random_state=0, early_stopping=False)
    model = Pipeline([("scale", StandardScaler()), ("boost", boosting)]).fit(table, labels)
    exported = export(model, table, name="thresholds", out=tmp_path)
    assert exported.parity.label_flips == 0
    assert exported.parity.max_abs_error < 1e-6


def _texts(fill: SimpleImputer | None, encoder: BaseEstimator) -> ColumnTransformer:
    steps = [("encode", encoder)] if fill is None else [("fill", fill), ("encode", encoder)]
    return ColumnTransformer([("texts", Pipeline(steps), ["city", "colour"])])


@pytest.mark.parametrize(
    "prepare",
    [
        _texts(None, OneHotEncoder()),
        _texts(None, OneHotEncoder(handle_unknown="infrequent_if_exist")),
        _texts(SimpleImputer(strategy="most_frequent"), OneHotEncoder()),
        _texts(SimpleImputer(strategy="constant", fill_value="nowhere"), OneHotEncoder()),
        _texts(None, OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)),
    ],
    ids=["missing is a category", "infrequent", "most frequent", "constant", "ordinal"],
)
@pytest.mark.parametrize("dtype", ["str", "object"])
def test_missing_texts_are_answered_as_the_original_answers_them(
    prepare: ColumnTransformer, dtype: str, table: pd.DataFrame, tmp_path: Path
) -> None:
    texts = table[["colour", "city"]].copy()
    if dtype == "object":
        texts = texts.astype(object).where(texts.notna(), np.nan)
    model = Pipeline([("prepare", prepare), ("weigh", LogisticRegression())]).fit(texts, table["won"])
    missing = texts[texts["city"].isna()]
    exported = export(model, missing, name="texts", out=tmp_path, reference=texts)
    assert exported.parity.groups["held-out row"].rows == len(missing) > 0
    assert exported.parity.failures == 0


def test_an_empty_text_is_not_taken_for_a_missing_one(table: pd.DataFrame, tmp_path: Path) -> None:
    # The encoder knows the missing city as a category, and the empty text as none.
    labels = np.where(table["city"].isna() ^ (table["colour"] == "red"), "yes", "no")
    texts = table[["colour", "city"]]
    encoder = OneHotEncoder(handle_unknown="ignore")
    model = Pipeline([("prepare", _texts(None, encoder)), ("weigh", LogisticRegression())]).fit(texts, labels)
    bundle = load_bundle(str(export(model, texts, name="texts", out=tmp_path).path), max_instances=2)
    valid = bundle.validator.validate([{"colour": "red", "city": city} for city in ("", None)], Quality())
    cities = pd.Series(["", np.nan], dtype="str")
    empty, missing = model.predict_proba(pd.DataFrame({"colour": ["red", "red"], "city": cities})).tolist()
    assert empty != pytest.approx(missing)
    assert [answer["probabilities"] for answer in bundle.model.predict(valid.columns, 2)] == [
        pytest.approx(dict(zip(("no", "yes"), each, strict=True))) for each in (empty, missing)
    ]


@pytest.mark.parametrize(
    ("labels", "classes"),
    [([0, 1], (0, 1)), ([False, True], (False, True)), ([1.0, 2.0], (1, 2)), (["no", "yes"], ("no", "yes"))],
    ids=["integers", "booleans", "whole floats", "texts"],
)
def test_classes_keep_their_type(labels: list[object], classes: tuple[object, ...], tmp_path: Path) -> None:
    table = pd.DataFrame({"a": np.arange(60.0)})
    model = LogisticRegression().fit(table, np.array(labels)[(np.arange(60) > 25).astype(int)])
    found = export(model, table, name="classes", out=tmp_path).contract.classes
    assert found == classes
    assert [type(value) for value in found] == [type(value) for value in classes]


def test_regressors_give_a_value(table: pd.DataFrame, tmp_path: Path) -> None:
    numbers = table[["visits"]]
    for model in (LinearRegression(), Pipeline([("boost", GradientBoostingRegressor(n_estimators=5))])):
        exported = export(model.fit(numbers, 100.0 * table["visits"]), numbers, name="values", out=tmp_path)
        assert exported.contract.task == "regression"
        assert set(exported.contract.outputs) == {"value"}


def test_trees_inside_an_ensemble_of_models_are_exact(table: pd.DataFrame, tmp_path: Path) -> None:
    # All in float32, 7 of 849 answers were wrong by up to 0.3.
    parts = [("weigh", LogisticRegression()), ("forest", RandomForestClassifier(5, random_state=0))]
    vote = VotingClassifier(parts, voting="soft", flatten_transform=False)
    model = Pipeline([("fill", SimpleImputer()), ("scale", StandardScaler()), ("vote", vote)])
    numbers = table[["résumé score", "visits"]]
    assert export(model.fit(numbers, table["won"]), numbers, name="vote", out=tmp_path).parity.failures == 0


def test_features_named_like_tensors_do_not_collide(tmp_path: Path) -> None:
    names = ["label", "probabilities", "numbers", "a b", "a_b", "variable"]
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(80, 6)), columns=names)
    prepare = ColumnTransformer([("one", StandardScaler(), names[:3]), ("two", StandardScaler(), names[3:])])
    model = Pipeline([("prepare", prepare), ("weigh", LogisticRegression())])
    exported = export(model.fit(table, table["label"] > 0), table, name="names", out=tmp_path)
    assert [feature.name for feature in exported.contract.features] == names


def test_a_missing_text_that_is_encoded_as_nan_is_exact(table: pd.DataFrame, tmp_path: Path) -> None:
    prepare = _texts(None, OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1))
    model = Pipeline([("prepare", prepare), ("boost", HistGradientBoostingClassifier(max_iter=9, min_samples_leaf=5))])
    # The label depends on the missing city, so that the trees split there.
    labels = np.where(table["city"].isna() ^ (table["colour"] == "red"), "yes", "no")
    texts = table[["colour", "city"]]
    assert export(model.fit(texts, labels), texts, name="nan", out=tmp_path).parity.max_abs_error < 1e-6


def _codes(handle_unknown: str, table: pd.DataFrame) -> Pipeline:
    prepare = ColumnTransformer([("codes", OneHotEncoder(handle_unknown=handle_unknown), ["visits"])])
    return Pipeline([("prepare", prepare), ("weigh", LogisticRegression())]).fit(table[["visits"]], table["won"])


@pytest.mark.parametrize("handle_unknown", ["ignore", "infrequent_if_exist"])
def test_a_number_that_no_category_knows_is_answered_as_the_original_answers_it(
    handle_unknown: str, table: pd.DataFrame, tmp_path: Path
) -> None:
    # ONNX Runtime refuses the whole request when the encoder is converted as it is.
    model = _codes(handle_unknown, table)
    exported = export(model, table, name="codes", out=tmp_path, features={"visits": {"maximum": 99}})
    assert exported.parity.groups["allowed extreme"].rows == 1
    assert exported.parity.failures == 0


def test_a_number_that_the_original_refuses_is_refused_by_the_contract_whatever_range_is_allowed(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    exported = export(_codes("error", table), table, name="codes", out=tmp_path, features={"visits": {"maximum": 99}})
    (visits,) = exported.contract.features
    assert visits.categories == tuple(sorted(set(table["visits"].tolist())))
    assert visits.unknown_categories == "refuse"


@pytest.mark.parametrize(("size", "said"), [(999, "1 kB"), (1_234_567, "1 235 kB"), (400, "0 kB")])
def test_sizes_are_said_in_kilobytes_of_a_thousand(size: int, said: str) -> None:
    assert _kb(size) == said
