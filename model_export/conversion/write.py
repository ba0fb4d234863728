"""The whole graph of a fitted model: packed inputs, what its methods compute, and outputs by role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from sklearn.base import is_clusterer, is_outlier_detector
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from inference_lib.contract.document import OutputTensor
from model_export.conversion.graph.graph import Graph
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Segment, Table
from model_export.conversion.graph.tensor import Tensor, gather
from model_export.conversion.methods import dispatch
from model_export.source.model.forms import OUTLIERS, last_step, scores_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import onnx
    from sklearn.base import BaseEstimator

    from inference_lib.contract.document import InputTensor

    Answer: TypeAlias = tuple[str, Tensor, list[int | None]]


@dataclass(frozen=True)
class Written:
    """A model as ONNX.

    Parameters
    ----------
    model : ModelProto
        The graph.
    outputs : dict of str to OutputTensor
        By role. A classifier has ``probabilities``, or else ``scores``, and ``label`` where it is not the class of the
        greatest probability; with several targets a number follows each role, from 1 on. A regressor has ``value``, or
        ``values`` for several targets. A detector of outliers has ``score`` and ``label``, a clusterer ``label`` and
        ``probabilities`` or ``distances``.
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


def write_steps(
    pipeline: Pipeline, names: Sequence[str], inputs: Sequence[InputTensor]
) -> tuple[onnx.ModelProto, list[list[str]]]:
    """Write what each step of a pipeline but the last gives, to find the one that is written wrongly.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted.
    names, inputs : sequence
        As for ``write``.

    Returns
    -------
    model : ModelProto
        The graph.
    outputs : list of list of str
        For each step the outputs that hold its columns, in their order.

    Raises
    ------
    UnsupportedModel
        Names the step that ONNX cannot say, and the way out.
    """
    graph = Graph()
    x = _table(graph, names, inputs)
    outputs: list[list[str]] = []
    for number in range(1, len(pipeline.steps)):
        x = dispatch.transform(Pipeline(pipeline.steps[number - 1 : number]), x)
        blocks = list(x.blocks())
        outputs.append([f"step_{number}_{place}" for place in range(len(blocks))])
        for role, block in zip(outputs[-1], blocks, strict=True):
            graph.add_output(role, block.name, block.kind, [None, block.width])
    return graph.model(), outputs


def _table(graph: Graph, names: Sequence[str], inputs: Sequence[InputTensor]) -> Table:
    places: dict[str, Segment] = {}
    for packed in inputs:
        width = len(packed.features)
        tensor = Tensor(graph, graph.add_input(packed.name, packed.element_type, width), packed.element_type, width)
        for place, name in enumerate(packed.features):
            places[name] = Segment(tensor, np.array([place]))
    segments = [places.get(name, Segment(None, np.array([0]))) for name in names]
    return Table(tuple(_merged(segments)))


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


def _answers(model: BaseEstimator, x: Table) -> Iterator[Answer]:
    if is_outlier_detector(model):
        yield from _outliers(model, x)
    elif is_clusterer(model) or get_tags(model).estimator_type == "density_estimator":
        yield from _clusters(model, x)
    elif not hasattr(model, "classes_"):
        values = dispatch.predict(model, x)
        yield ("value" if values.width == 1 else "values"), values, [None, values.width]
    elif isinstance(model.classes_, list):
        yield from _several(model, x)
    else:
        yield from _classes(model, x)


def _classes(model: BaseEstimator, x: Table) -> Iterator[Answer]:
    follows = False
    places = dispatch.predict(model, x)
    if hasattr(model, "predict_proba"):
        shares = dispatch.predict_proba(model, x)
        follows = shares.argmax().name == places.name
        yield "probabilities", shares, [None, len(model.classes_)]
    elif scores_of(model, len(model.classes_)):
        scores = dispatch.decision_function(model, x)
        yield "scores", scores, [None, scores.width]
    if not follows:
        yield "label", _label(model, places, model.classes_), [None]


def _several(model: BaseEstimator, x: Table) -> Iterator[Answer]:
    for number, (shares, places) in enumerate(dispatch.several_labels(model, x), start=1):
        if shares is not None:
            yield f"probabilities_{number}", shares, [None, shares.width]
        yield f"label_{number}", _label(model, places, model.classes_[number - 1]), [None]


def _outliers(model: BaseEstimator, x: Table) -> Iterator[Answer]:
    score = dispatch.decision_function(model, x)
    yield "score", score, [None, 1]
    # LIBSVM takes a score of zero for an outlier, scikit-learn's own detectors for an inlier.
    strict = type(last_step(model)).__name__ == "OneClassSVM"
    inside = (score > 0.0 if strict else score >= 0.0).cast("int64").reshape([-1])
    yield "label", gather(inside.like([OUTLIERS[-1], OUTLIERS[1]], "string"), inside, 1), [None]


def _clusters(model: BaseEstimator, x: Table) -> Iterator[Answer]:
    if not hasattr(model, "predict"):
        raise Refusal.of(
            model, "it labels no rows but those that it was fitted on", "Use a clusterer with predict, such as KMeans"
        )
    yield "label", dispatch.predict(model, x), [None]
    if hasattr(model, "predict_proba"):
        shares = dispatch.predict_proba(model, x)
        yield "probabilities", shares, [None, shares.width]
    elif scores_of(model, 0):
        distances = dispatch.transform(model, x).numbers()
        yield "distances", distances, [None, distances.width]


def _label(model: BaseEstimator, places: Tensor, classes: Sequence[object]) -> Tensor:
    """Return the labels at places of ``classes_``: texts, or whole numbers for numbers and booleans."""
    known = np.asarray(classes)
    if known.dtype.kind in "OUS":
        return gather(places.like([str(each) for each in known], "string"), places, 1)
    whole = known.astype(np.int64)
    if not (whole == known).all():
        raise Refusal.of(model, "its classes are numbers with fractions", "Fit with texts or whole numbers as labels")
    return gather(places.like(whole, "int64"), places, 1)
