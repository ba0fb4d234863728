"""A fitted estimator to an ONNX graph: fixed graph name, pinned opset, stable input and output names."""

from __future__ import annotations

import copy
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import onnx
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from inference_lib.errors import RuntimeLibraryError
from inference_lib.runtime.session import Session
from model_export.conversion import fixes as mends
from model_export.conversion import packing, texts
from model_export.conversion.converters.registry import CONVERTERS, SHAPES
from model_export.conversion.label import LABEL, drop_label
from model_export.conversion.trees.compact import compact, lean
from model_export.errors import UnsupportedModel
from model_export.source.model.graph_names import drop_unused, name_outputs, sort_unordered
from model_export.source.model.onnx_model import OnnxModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inference_lib.contract.document import ElementType, Feature, InputTensor, OutputTensor
    from model_export.source.model.estimator import Estimator
    from model_export.source.subject import Subject

OPSETS: Final = {"": 21, "ai.onnx.ml": 3}
"""Pinned, so that the graph does not drift with the installed converter; ONNX Runtime 1.20 and later run both."""

GRAPH_NAME: Final = "model"
"""Fixed: the converter's own default is a new UUID each time, and the bundle's version would change with it."""

_TENSOR_TYPES = {
    "double": DoubleTensorType,
    "float": FloatTensorType,
    "int64": Int64TensorType,
    "string": StringTensorType,
}


_ROLES = {True: ("label", "probabilities"), False: ("value",)}


@dataclass(frozen=True)
class Plan:
    """Which precision is used where.

    Parameters
    ----------
    number_type : {"double", "float"}
        Element type of the numbers that come in.
    cast_before : tuple of type
        Last steps that get their input rounded to float32.
    """

    number_type: ElementType
    cast_before: tuple[type, ...]


PLANS: Final = (Plan("double", mends.TREES), Plan("double", (object,)), Plan("float", ()))
"""The most faithful first. scikit-learn computes in doubles, and its trees compare float32."""


@dataclass(frozen=True)
class Graph:
    """A converted model.

    Parameters
    ----------
    content : bytes
        The ``.onnx`` file.
    inputs : tuple of InputTensor
        How features are packed.
    outputs : dict of str to OutputTensor
        By role.
    mends : tuple of str
        What was changed on the way, as sentences.
    """

    content: bytes
    inputs: tuple[InputTensor, ...]
    outputs: dict[str, OutputTensor]
    mends: tuple[str, ...]


def candidates(subject: Subject) -> Iterator[Graph]:
    """Yield the model's graphs, the most faithful first; the proof takes the first that passes.

    Where the converter or ONNX Runtime lacks a kernel for doubles, the last step or all steps compute in
    single precision.

    Parameters
    ----------
    subject : Subject
        Model and features, which the linter has passed.

    Raises
    ------
    UnsupportedModel
        No graph can be made, with the reasons.
    """
    if isinstance(subject.model, OnnxModel):
        content, outputs = subject.model.served()
        graph = Graph(content, subject.model.packing(subject.features), outputs, ("The graph is the given one.",))
        yield from _smaller(graph)
        yield graph
        return
    reasons: list[str] = []
    for plan in PLANS:
        try:
            graph = convert(subject, plan)
        except UnsupportedModel as error:
            reasons.append(str(error))
            continue
        yield from _smaller(graph)
        yield graph
    if len(reasons) == len(PLANS):
        raise UnsupportedModel(reasons[-1])


def _smaller(graph: Graph) -> Iterator[Graph]:
    model = onnx.load_from_string(graph.content)
    outputs, notes = dict(graph.outputs), list(graph.mends)
    if outputs.pop(LABEL, None):
        model = drop_label(model)
        notes.append("The label is the class of the greatest probability, so the graph gives probabilities alone.")
    smaller = compact(model)
    if smaller is not None:
        sizes = f"{_kb(model.ByteSize())} became {_kb(smaller.ByteSize())}"
        notes.append(f"Trees are written as TreeEnsemble of ai.onnx.ml 5: {sizes}.")
        model = smaller
    if len(notes) > len(graph.mends):
        yield Graph(model.SerializeToString(deterministic=True), graph.inputs, outputs, tuple(notes))


def _kb(size: int) -> str:
    return f"{size / 1000:,.0f} kB".replace(",", " ")


def convert(subject: Subject, plan: Plan) -> Graph:
    """Convert a model in one way.

    Parameters
    ----------
    subject : Subject
        Model and features.
    plan : Plan
        Which precision is used where.

    Raises
    ------
    UnsupportedModel
        The converter has no way for a step, or ONNX Runtime does not load the graph.
    """
    model = as_pipeline(copy.deepcopy(subject.model))
    inputs = packing.pack(model, subject.features, plan.number_type)
    done = _mend(model, subject.features, plan)
    packing.select_by_position(model, subject.names, inputs)
    converted = _converted(model, inputs)
    outputs = name_outputs(converted, _ROLES[hasattr(model, "classes_")])
    converted.doc_string = converted.graph.doc_string = ""
    drop_unused(converted.graph)
    sort_unordered(converted)
    content = lean(converted).SerializeToString(deterministic=True)
    _load(content)
    return Graph(content, inputs, outputs, done)


def as_pipeline(model: Estimator) -> Pipeline:
    """Return a pipeline as it is, and any other model as the last step of one."""
    return model if isinstance(model, Pipeline) else Pipeline([("model", model)])


def _mend(model: Pipeline, features: Sequence[Feature], plan: Plan) -> tuple[str, ...]:
    done = [*mends.mark_missing_strings(model, features), *mends.allow_unknown(model, features)]
    done += [*texts.narrow(model), *texts.describe(model)]
    return (*done, *mends.cast_before(model, plan.cast_before))


def _converted(model: Pipeline, inputs: Sequence[InputTensor]) -> onnx.ModelProto:
    # div_cast divides in double precision: a product with the reciprocal moves values across thresholds.
    options: dict[object, Mapping[str, object]] = {StandardScaler: {"div": "div_cast"}, **texts.options_of(model)}
    if hasattr(model, "classes_"):
        options[id(model)] = {"zipmap": False}
    types = [(tensor.name, _TENSOR_TYPES[tensor.element_type]([None, len(tensor.features)])) for tensor in inputs]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            converted: onnx.ModelProto = convert_sklearn(
                model,
                name=GRAPH_NAME,
                initial_types=types,
                options=options,
                target_opset=OPSETS,
                custom_conversion_functions=CONVERTERS,
                custom_shape_calculators=SHAPES,
            )
            onnx.checker.check_model(converted)
    except Exception as error:  # the converter raises whatever its many authors chose
        raise UnsupportedModel(
            f"{_steps(model)}: the converter has no faithful way for this model ({_first_sentence(error)}). "
            "Supported steps: https://onnx.ai/sklearn-onnx/supported.html."
        ) from error
    return converted


def _steps(model: Pipeline) -> str:
    return " > ".join(type(step).__name__ for name, step in model.steps if name != mends.CAST)


def _first_sentence(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text.split('. ')[0].rstrip('.')}"


def _load(content: bytes) -> None:
    try:
        Session(content).close()
    except RuntimeLibraryError as error:
        raise UnsupportedModel(f"ONNX Runtime does not load the converted model ({error}).") from error
