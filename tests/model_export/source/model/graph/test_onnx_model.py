"""A ready ONNX file as the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from model_export import InputError, export
from model_export.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

NUMBERS = ["résumé score", "visits"]


@pytest.fixture(scope="module")
def numbers(table: pd.DataFrame) -> pd.DataFrame:
    return table[[*NUMBERS, "won"]].dropna().reset_index(drop=True)


def _write(model: onnx.ModelProto, place: Path) -> Path:
    (place / "model.onnx").write_bytes(model.SerializeToString())
    return place / "model.onnx"


@pytest.mark.parametrize("zipmap", [True, False])
@pytest.mark.parametrize("texts", [True, False])
def test_a_classifier_is_served_as_it_is(zipmap: bool, texts: bool, numbers: pd.DataFrame, tmp_path: Path) -> None:
    labels = numbers["won"] if texts else (numbers["won"] == "yes").astype(int)
    model = RandomForestClassifier(5, random_state=0).fit(numbers[NUMBERS].to_numpy(), labels)
    ready = to_onnx(model, initial_types=[("X", FloatTensorType([None, 2]))], options={"zipmap": zipmap})
    rows = numbers.assign(won=labels)
    exported = export(_write(ready, tmp_path), rows, name="ready", target="won", out=tmp_path / "made")
    assert exported.contract.classes == (("no", "yes") if texts else (0, 1))
    assert [feature.name for feature in exported.contract.features] == NUMBERS
    assert exported.contract.metrics["accuracy"] > 0.9
    assert exported.parity.failures == 0


def test_a_regressor_is_served_as_it_is(numbers: pd.DataFrame, tmp_path: Path) -> None:
    model = GradientBoostingRegressor(n_estimators=9).fit(numbers[["résumé score"]].to_numpy(), numbers["visits"])
    ready = to_onnx(model, initial_types=[("X", FloatTensorType([None, 1]))])
    rows = numbers[["résumé score", "visits"]]
    exported = export(_write(ready, tmp_path), rows, name="ready", target="visits", out=tmp_path / "made")
    assert exported.contract.task == "regression"
    assert set(exported.contract.metrics) >= {"r2"}


def test_an_input_for_each_feature_is_found_by_its_name(table: pd.DataFrame, tmp_path: Path) -> None:
    prepare = ColumnTransformer(
        [("texts", OneHotEncoder(handle_unknown="ignore"), ["colour"]), ("rest", "passthrough", ["visits"])]
    )
    model = make_pipeline(prepare, LogisticRegression()).fit(table[["visits", "colour"]], table["won"])
    types = [("visits", Int64TensorType([None, 1])), ("colour", StringTensorType([None, 1]))]
    exported = export(_write(to_onnx(model, initial_types=types), tmp_path), table, name="ready", out=tmp_path / "made")
    assert [(feature.name, feature.type) for feature in exported.contract.features] == [
        ("visits", "integer"),
        ("colour", "string"),
    ]
    assert exported.parity.groups["text"].rows == 5


def _dense(*, softmax: bool, batch: int | None = None) -> onnx.ModelProto:
    """Two numbers to three scores, as a neural network's exporter writes them."""
    weights = helper.make_tensor("w", TensorProto.FLOAT, [2, 3], np.arange(6, dtype=np.float32) / 50)
    nodes = [helper.make_node("MatMul", ["x", "w"], ["scores"])]
    nodes += [helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1)] if softmax else []
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 2])
    found = helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, [batch, 3])
    graph = helper.make_graph(nodes, "net", [given], [found], [weights])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_a_network_that_gives_probabilities_alone_has_the_classes_0_1_2(numbers: pd.DataFrame, tmp_path: Path) -> None:
    file = _write(_dense(softmax=True), tmp_path)
    exported = export(file, numbers[NUMBERS], name="net", out=tmp_path / "made")
    assert exported.contract.classes == (0, 1, 2)
    assert set(exported.contract.outputs) == {"probabilities"}


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (_dense(softmax=False), "gives scores that are no probabilities: they do not add up to 1. End the graph with"),
        (_dense(softmax=True, batch=1), "the input 'x' has not the shape (any number of instances, features). Export"),
        (onnx.ModelProto(), "is no ONNX model that ONNX Runtime loads ("),
    ],
    ids=["logits", "fixed batch", "empty"],
)
def test_another_graph_is_refused_with_the_way_out(
    made: onnx.ModelProto, message: str, numbers: pd.DataFrame, tmp_path: Path
) -> None:
    file = _write(made, tmp_path)
    with pytest.raises(InputError) as caught:
        export(file, numbers[NUMBERS], name="net", out=tmp_path / "made")
    assert str(caught.value).startswith(f"{file}: {message}")


def test_columns_that_do_not_fit_the_inputs_are_told(
    table: pd.DataFrame, numbers: pd.DataFrame, tmp_path: Path
) -> None:
    file = _write(_dense(softmax=True), tmp_path)
    with pytest.raises(InputError, match=r"model.onnx: reads 2 features \(x\), the data have 3. Name the column of "):
        export(file, numbers, name="net", out=tmp_path / "made")
    with pytest.raises(InputError, match="colour: holds values of type string, and the graph reads float"):
        export(file, table[["visits", "colour"]], name="net", out=tmp_path / "made")


def test_the_linter_reads_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(_write(_dense(softmax=True), tmp_path))]) == 0
    assert "nothing blocks the export" in capsys.readouterr().out.replace("\n", " ")
