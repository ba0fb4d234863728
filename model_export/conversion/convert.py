"""A fitted model to ONNX graphs, of which the proof takes the first that passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import onnx

from inference_lib.errors import RuntimeLibraryError
from inference_lib.runtime.session import Session
from model_export.conversion import catalog
from model_export.conversion.label import LABEL, drop_label
from model_export.conversion.packing import pack
from model_export.conversion.trees.compact import compact
from model_export.conversion.write import write
from model_export.errors import UnsupportedModel
from model_export.source.model.graph.onnx_model import OnnxModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inference_lib.contract.document import InputTensor, OutputTensor
    from model_export.source.subject import Subject


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
    notes : tuple of str
        What a reader of the report may want to know of it, as sentences.
    """

    content: bytes
    inputs: tuple[InputTensor, ...]
    outputs: dict[str, OutputTensor]
    notes: tuple[str, ...]


def candidates(subject: Subject) -> Iterator[Graph]:
    """Yield the model's graphs; the proof takes the first that passes.

    Parameters
    ----------
    subject : Subject
        Model and features, which the checks have passed.

    Raises
    ------
    UnsupportedModel
        No graph can be made, with the reasons.
    """
    if isinstance(subject.model, OnnxModel):
        yield from _given(subject.model, subject)
    else:
        yield convert(subject)


def _given(model: OnnxModel, subject: Subject) -> Iterator[Graph]:
    """Yield a user's own graph, first in fewer bytes where that can be."""
    content, outputs = model.served()
    graph = Graph(content, model.packing(subject.features), outputs, ("The graph is the given one.",))
    loaded, smaller, notes = onnx.load_from_string(content), dict(outputs), list(graph.notes)
    if smaller.pop(LABEL, None):
        loaded = drop_label(loaded)
        notes.append("The label is the class of the greatest probability, so the graph gives probabilities alone.")
    newer = compact(loaded)
    if newer is not None:
        notes.append(f"Trees are written in a newer form: {_kb(loaded.ByteSize())} became {_kb(newer.ByteSize())}.")
        loaded = newer
    if len(notes) > len(graph.notes):
        yield Graph(loaded.SerializeToString(deterministic=True), graph.inputs, smaller, tuple(notes))
    yield graph


def _kb(size: int) -> str:
    return f"{size / 1000:,.0f} kB".replace(",", " ")


def convert(subject: Subject) -> Graph:
    """Convert a model.

    Parameters
    ----------
    subject : Subject
        Model and features.

    Raises
    ------
    UnsupportedModel
        A step cannot be converted, or ONNX Runtime does not load the graph.
    """
    catalog.registered()
    inputs = pack(subject.features)
    written = write(subject.model, subject.names, inputs)
    content = written.model.SerializeToString(deterministic=True)
    try:
        onnx.checker.check_model(written.model)
        Session(content).close()
    except (RuntimeLibraryError, onnx.checker.ValidationError) as error:
        raise UnsupportedModel(f"ONNX Runtime does not load the converted model ({error}).") from error
    return Graph(content, inputs, written.outputs, ())
