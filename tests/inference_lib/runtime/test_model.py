"""Contract and session together: labels from probabilities, and the way of one row."""

from __future__ import annotations

import onnx
from onnx import TensorProto, helper

from inference_lib.contract.document import Contract, Feature, InputTensor, OutputTensor
from inference_lib.runtime.model import Model
from inference_lib.runtime.session import Session


def _model(
    node: onnx.NodeProto, *extra: onnx.NodeProto, role: str, classes: tuple[str | int | bool, ...] = ()
) -> Model:
    graph = helper.make_graph(
        [*extra, node],
        "model",
        [helper.make_tensor_value_info("numbers", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info(role, TensorProto.FLOAT, None)],
    )
    content = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9).SerializeToString()
    contract = Contract(
        name="m",
        version="1",
        task="binary" if classes else "regression",
        features=tuple(Feature(name=name, type="number", nullable=False) for name in "ab"),
        inputs=(InputTensor(name="numbers", element_type="float", features=("a", "b")),),
        outputs={role: OutputTensor(name=role, element_type="float")},
        classes=classes,
    )
    return Model(contract, Session(content))


def test_the_label_is_the_class_of_the_greatest_probability_and_the_first_of_equal_ones() -> None:
    model = _model(
        helper.make_node("Identity", ["numbers"], ["probabilities"]), role="probabilities", classes=(True, False)
    )
    first, second, tie = model.predict({"a": [0.25, 0.75, 0.5], "b": [0.75, 0.25, 0.5]}, 3)
    assert first == {"label": False, "probability": 0.75, "probabilities": {"true": 0.25, "false": 0.75}}
    assert second["label"] is True
    assert tie["label"] is True
    assert model.predict({"a": [0.25], "b": [0.75]}, 1) == [first]


def test_one_row_is_answered_where_the_shape_of_the_output_is_not_known_in_advance() -> None:
    total = helper.make_node("ReduceSum", ["numbers"], ["total"], keepdims=0)
    one = helper.make_node("Shape", ["numbers"], ["shape"])
    unknown = helper.make_node("Expand", ["total", "shape"], ["wide"])
    kept = helper.make_node("Unique", ["wide"], ["value"])
    model = _model(kept, total, one, unknown, role="value")
    for _ in range(2):
        assert model.predict({"a": [1.5], "b": [2.0]}, 1) == [{"value": 3.5}]
