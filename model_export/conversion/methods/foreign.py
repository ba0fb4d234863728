"""Steps that skl2onnx converts: those of users who registered a converter there, and what has none of our own.

Their graph, made for doubles or else for float32, becomes a part of ours.
"""

from __future__ import annotations

import copy
import warnings
from typing import TYPE_CHECKING, Final

import numpy as np

from inference_lib.errors import RuntimeLibraryError
from inference_lib.runtime.session import Session
from model_export.conversion.graph.graph import ELEMENT_TYPES, OPSETS
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import ML, Tensor
from model_export.conversion.trees.compact import compact

if TYPE_CHECKING:
    import onnx
    from sklearn.base import BaseEstimator

    from model_export.conversion.graph.graph import Kind

_OPSETS: Final = {**OPSETS, ML: 3}
"""The newest for which the converters of skl2onnx write trees."""

_TYPES: Final = {
    "double": "DoubleTensorType",
    "float": "FloatTensorType",
    "int64": "Int64TensorType",
    "string": "StringTensorType",
}
"""Names in ``skl2onnx.common.data_types``."""
_KINDS: Final[dict[int, Kind]] = {number: kind for kind, number in ELEMENT_TYPES.items()}


def transform(step: BaseEstimator, x: Table) -> Table:
    """Write ``step.transform`` as skl2onnx does."""
    return Table.of(_outputs(step, x)[0])


def predict_proba(model: BaseEstimator, x: Table) -> Tensor:
    """Write ``model.predict_proba`` as skl2onnx does."""
    return _outputs(model, x)[1]


def predict(model: BaseEstimator, x: Table) -> Tensor:
    """Write ``model.predict`` as skl2onnx does: places of labels, or values."""
    answer = _outputs(model, x)[0]
    if not hasattr(model, "classes_"):
        return answer
    labels = answer.reshape([-1, 1])
    return labels.equals(np.asarray(model.classes_)).cast("int64").argmax()


def _outputs(step: BaseEstimator, x: Table) -> list[Tensor]:
    reasons = []
    for number in ("double", "float"):
        inputs = [block if block.kind in {"string", "int64"} else block.cast(number) for block in x.blocks()]
        try:
            part = _converted(step, inputs)
            Session(part.SerializeToString()).close()
        except Exception as error:  # noqa: BLE001 - the converter raises whatever its many authors chose
            reasons.append(error)
            continue
        return _inlined(part, inputs)
    text = " ".join(str(reasons[-1]).split()).split(". ")[0].rstrip(".")
    detail = text if isinstance(reasons[-1], RuntimeLibraryError) else f"{type(reasons[-1]).__name__}: {text}"
    raise Refusal.of(
        step,
        f"no converter knows this step ({detail})",
        "Use a step of docs/estimators.md, or leave this one to the callers, or register a converter with "
        "skl2onnx.update_registered_converter and call model_export.export in the same program",
    )


def _converted(step: BaseEstimator, inputs: list[Tensor]) -> onnx.ModelProto:
    # An import of half a second, which no step with a converter of our own pays.
    from skl2onnx import convert_sklearn  # noqa: PLC0415
    from skl2onnx.common import data_types  # noqa: PLC0415

    fitted = copy.deepcopy(step)
    options = {id(fitted): {"zipmap": False}} if hasattr(fitted, "predict_proba") else None
    types = [
        (f"input_{place}", getattr(data_types, _TYPES[each.kind])([None, each.width]))
        for place, each in enumerate(inputs)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made: onnx.ModelProto = convert_sklearn(fitted, initial_types=types, options=options, target_opset=_OPSETS)
    newer = compact(made, always=True)
    return made if newer is None else newer


def _inlined(part: onnx.ModelProto, inputs: list[Tensor]) -> list[Tensor]:
    graph = inputs[0].graph
    names = {given.name: each.name for given, each in zip(part.graph.input, inputs, strict=True)}
    made = []
    for name, output in zip(graph.inline(part.graph, names), part.graph.output, strict=True):
        kind = _KINDS[output.type.tensor_type.elem_type]
        dimensions = output.type.tensor_type.shape.dim
        tensor = Tensor(graph, name, kind, dimensions[1].dim_value if len(dimensions) > 1 else 1)
        made.append(tensor.cast("double") if kind == "float" else tensor)
    return made
