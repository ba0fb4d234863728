"""The whole graph of a fitted model: packed inputs, what its methods compute, and outputs by role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import is_clusterer, is_outlier_detector

from inference_lib.contract.document import OutputTensor
from model_export.conversion.converters import dispatch
from model_export.conversion.converters.core.graph import Graph
from model_export.conversion.converters.core.refusal import refuse
from model_export.conversion.converters.core.table import Segment, Table
from model_export.conversion.converters.core.tensor import Tensor, gather

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import onnx
    from sklearn.base import BaseEstimator

    from inference_lib.contract.document import InputTensor


@dataclass(frozen=True)
class Written:
    """A model as ONNX.

    Parameters
    ----------
    model : ModelProto
        The graph.
    outputs : dict of str to OutputTensor
        By role: ``probabilities``, ``scores`` or ``value``, and ``label`` where it does not follow from them.
    """

    model: onnx.ModelProto
    outputs: dict[str, OutputTensor]


def write(model: BaseEstimator, names: Sequence[str], inputs: Sequence[InputTensor]) -> Written:
    """Write a fitted model as ONNX.

    Parameters
    ----------
    model : estimator
        Fitted; it is left as it is.
    names : sequence of str
        All features of the training data, in its order.
    inputs : sequence of InputTensor
        How the features that are read are packed.

    Raises
    ------
    UnsupportedModel
        Names the step that ONNX cannot say, and the way out.
    """
    graph = Graph()
    x = _table(graph, names, inputs)
    outputs = {}
    for role, tensor, shape in _answers(model, x):
        graph.add_output(role, tensor.name, tensor.kind, shape)
        outputs[role] = OutputTensor(name=role, element_type=tensor.kind)  # type: ignore[arg-type] # never int32
    return Written(graph.model(), outputs)


def _table(graph: Graph, names: Sequence[str], inputs: Sequence[InputTensor]) -> Table:
    places: dict[str, Segment] = {}
    for packed in inputs:
        width = len(packed.features)
        tensor = Tensor(graph, graph.add_input(packed.name, packed.element_type, width), packed.element_type, width)
        for place, name in enumerate(packed.features):
            places[name] = Segment(tensor, np.array([place]))
    return Table(tuple(_merged([places.get(name, Segment(None, np.array([0]))) for name in names])))


def _merged(segments: Sequence[Segment]) -> Iterator[Segment]:
    """Yield the segments, neighbours from one tensor as one."""
    last: Segment | None = None
    for segment in segments:
        if last is not None and last.tensor is segment.tensor:
            last = Segment(last.tensor, np.concatenate([last.places, segment.places]))
            continue
        if last is not None:
            yield last
        last = segment
    if last is not None:
        yield last


def _answers(model: BaseEstimator, x: Table) -> Iterator[tuple[str, Tensor, list[int | None]]]:
    if is_outlier_detector(model):
        yield from _anomaly(model, x)
    elif is_clusterer(model) or not hasattr(model, "classes_"):
        yield from _values(model, x)
    elif isinstance(model.classes_, list):
        yield from _several_labels(model, x)
    else:
        yield from _classes(model, x)


def _classes(model: BaseEstimator, x: Table) -> Iterator[tuple[str, Tensor, list[int | None]]]:
    follows = False
    places = dispatch.predict(model, x)
    if hasattr(model, "predict_proba"):
        shares = dispatch.predict_proba(model, x)
        follows = shares.argmax().name == places.name
        yield "probabilities", shares, [None, len(model.classes_)]
    elif hasattr(model, "decision_function"):
        scores = dispatch.decision_function(model, x)
        yield "scores", scores, [None, scores.width]
    if not follows:
        yield "label", label(places, model.classes_), [None]


def _values(model: BaseEstimator, x: Table) -> Iterator[tuple[str, Tensor, list[int | None]]]:
    values = dispatch.predict(model, x)
    yield ("value" if values.width == 1 else "values"), values, [None, values.width]


def label(places: Tensor, classes: Sequence[object]) -> Tensor:
    """Return the labels at places of ``classes_``: texts, or whole numbers for numbers and booleans."""
    known = np.asarray(classes)
    if known.dtype.kind in "OUS":
        return gather(places.like([str(each) for each in known], "string"), places, 1)
    whole = known.astype(np.int64)
    if not (whole == known).all():
        raise ValueError("classes with fractions")
    return gather(places.like(whole, "int64"), places, 1)


def _several_labels(model: BaseEstimator, x: Table) -> Iterator[tuple[str, Tensor, list[int | None]]]:
    refuse(model, "it predicts several labels at once", "Export a model for each label")
    yield


def _anomaly(model: BaseEstimator, x: Table) -> Iterator[tuple[str, Tensor, list[int | None]]]:
    score = dispatch.decision_function(model, x)
    yield "score", score, [None, 1]
