"""A ready ``.onnx`` file as the model: its original is the same file in the Python package of ONNX Runtime."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import onnx
import onnxruntime
import pandas as pd
from onnx import helper

from inference_lib.contract.document import InputTensor
from model_export.errors import InputError
from model_export.source.model.graph.names import ELEMENT_TYPES, drop_unused, name_outputs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from inference_lib.contract.document import ElementType, Feature, OutputTensor

    Rows = pd.DataFrame | pd.Series | NDArray[np.generic]

_TABLE: Final = 2
_SUM_TOLERANCE: Final = 1e-3
_CLASS_ATTRIBUTES: Final = ("classlabels_strings", "classlabels_int64s", "classlabels_ints")
_FITTING: Final[dict[str, tuple[str, ...]]] = {
    "float": ("number", "integer", "boolean"),
    "double": ("number", "integer", "boolean"),
    "int64": ("integer", "boolean"),
    "string": ("string",),
    "bool": ("boolean",),
}
_NUMPY: Final = {"float": np.float32, "double": np.float64, "int64": np.int64, "string": np.str_, "bool": np.bool_}


class OnnxModel:
    """A graph with the manners of a fitted estimator.

    A graph with one input of several columns takes the features of the data in their order. One with an input for
    each feature, as skl2onnx makes it, names them.

    Parameters
    ----------
    content : bytes
        Of the file.
    source : str
        Where it was read, for messages.

    Raises
    ------
    InputError
        It is no graph, or its inputs or outputs are none of a classifier or regressor of tables.
    """

    def __init__(self, content: bytes, source: str) -> None:
        self._source = source
        try:
            self._served = onnx.load_from_string(content)
            onnx.checker.check_model(self._served)
            self._session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        except Exception as error:  # protocol buffers, the checker and the runtime have no error in common
            said = str(error).strip().splitlines() or [type(error).__name__]
            raise InputError(f"{source}: is no ONNX model that ONNX Runtime loads ({said[0]}).") from error
        self._widths = {value.name: self._width(value) for value in self._fed()}
        self._roles: tuple[str, ...] = ("value",)
        classes = self._read_outputs()
        if classes:
            self.classes_ = np.asarray(classes)
        unknown = any(width == 0 for width in self._widths.values())
        if not unknown:
            self.n_features_in_ = sum(self._widths.values())
        elif len(self._widths) == 1:
            self.n_features_in_ = -1
        else:
            raise InputError(f"{source}: has several inputs whose width is not declared. Export it with fixed widths.")

    def _fed(self) -> list[onnx.ValueInfoProto]:
        constants = {tensor.name for tensor in self._served.graph.initializer}
        return [value for value in self._served.graph.input if value.name not in constants]

    def _width(self, value: onnx.ValueInfoProto) -> int:
        tensor = value.type.tensor_type
        if tensor.elem_type not in ELEMENT_TYPES:
            raise InputError(
                f"{self._source}: the input {value.name!r} is none of {', '.join(ELEMENT_TYPES.values())}. "
                "Export it with one of them."
            )
        if len(tensor.shape.dim) != _TABLE or tensor.shape.dim[0].dim_value:
            raise InputError(
                f"{self._source}: the input {value.name!r} has not the shape (any number of instances, features). "
                "Export it with a dynamic first axis."
            )
        return int(tensor.shape.dim[1].dim_value)

    def _read_outputs(self) -> list[object]:
        """Find the outputs, put the label first, and return the classes; none for a regressor."""
        graph = self._served.graph
        classes = _drop_zipmap(graph)
        outputs = {output.name: output.type.tensor_type for output in graph.output}
        scores = [name for name, tensor in outputs.items() if tensor.elem_type in {1, 11}]
        labels = [name for name in outputs if name not in scores]
        width = int(outputs[scores[0]].shape.dim[-1].dim_value) if scores and outputs[scores[0]].shape.dim else 0
        if len(scores) != 1 or len(labels) > 1:
            raise InputError(
                f"{self._source}: gives {', '.join(outputs)}. Expected one tensor of values or probabilities, and "
                "before it a label at most. Leave the others out of the graph's outputs."
            )
        classes = classes or _attributed_classes(graph)
        is_classifier = bool(labels) or width > 1
        if is_classifier and not classes:
            integers = not labels or outputs[labels[0]].elem_type == onnx.TensorProto.INT64
            if not width or not integers:
                raise InputError(
                    f"{self._source}: does not say its classes. Convert it with the option zipmap, which keeps them."
                )
            classes = list(range(width))
        kept = sorted(graph.output, key=lambda output: output.name in scores)
        del graph.output[:]
        graph.output.extend(kept)
        drop_unused(graph)
        if is_classifier:
            self._roles = ("label", "probabilities") if labels else ("probabilities",)
        return classes if is_classifier else []

    def predict(self, X: Rows) -> NDArray[np.generic]:  # noqa: N803 - scikit-learn's name
        """Return a label or value for each row."""
        answers = self._run(X)
        if not hasattr(self, "classes_"):
            return answers[0].reshape(-1)
        if len(answers) > 1:
            return answers[0].reshape(-1)
        best: NDArray[np.generic] = self.classes_[np.argmax(answers[0], axis=1)]
        return best

    def predict_proba(self, X: Rows) -> NDArray[np.generic]:  # noqa: N803 - scikit-learn's name
        """Return the probability of each class for each row.

        Raises
        ------
        InputError
            The graph gives other scores than probabilities.
        """
        scores = self._run(X)[-1]
        # Far beyond the data a graph may overflow to NaN, which is no answer, and says nothing of the others.
        known = np.asarray(scores, np.float64)[np.isfinite(scores).all(axis=1)]
        if (known < 0).any() or not np.allclose(known.sum(axis=1), 1.0, atol=_SUM_TOLERANCE):
            raise InputError(
                f"{self._source}: gives scores that are no probabilities: they do not add up to 1. "
                "End the graph with Softmax."
            )
        return scores

    def _run(self, rows: Rows) -> list[NDArray[np.generic]]:
        """Answer through the Python package, from the file as it was given, the label first."""
        table = pd.DataFrame(rows)
        feeds: dict[str, NDArray[np.generic]] = {}
        place = 0
        for value in self._fed():
            width = self._widths[value.name] or table.shape[1]
            part = table.iloc[:, place : place + width]
            feeds[value.name] = _tensor(part, ELEMENT_TYPES[value.type.tensor_type.elem_type])
            place += width
        given = self._session.run(None, feeds)
        arrays = [self._array(each) for each in given]
        return sorted(arrays, key=lambda array: array.dtype.kind == "f")

    def _array(self, answer: object) -> NDArray[np.generic]:
        if isinstance(answer, list) and answer and isinstance(answer[0], dict):
            return np.array([[row[label] for label in self.classes_.tolist()] for row in answer])
        return np.asarray(answer)

    def feature_names(self, given: Sequence[str]) -> list[str]:
        """Return the columns of the data that the graph reads, in the order of its inputs.

        Parameters
        ----------
        given : sequence of str
            Columns of the data, the target left out.

        Raises
        ------
        InputError
            The data lack a named input, or have another number of columns.
        """
        named = {re.sub(r"\W", "_", name): name for name in given} | {name: name for name in given}
        if all(width == 1 for width in self._widths.values()) and set(self._widths) <= set(named):
            return [named[name] for name in self._widths]
        if self.n_features_in_ not in {-1, len(given)}:
            raise InputError(
                f"{self._source}: reads {self.n_features_in_} features ({', '.join(self._widths)}), the data have "
                f"{len(given)}. Name the column of the labels: --target COLUMN."
            )
        return list(given)

    def narrow(self, features: Sequence[Feature]) -> None:
        """Call a feature of whole numbers an integer, in place, where the graph reads integers."""
        rest = list(features)
        for value in self._fed():
            width = self._widths[value.name] or len(rest)
            for feature in rest[:width]:
                ends = (feature.observed_minimum, feature.observed_maximum)
                whole = feature.type == "number" and all(isinstance(end, int) for end in ends)
                if whole and ELEMENT_TYPES[value.type.tensor_type.elem_type] == "int64":
                    feature.type = "integer"
            rest = rest[width:]

    def packing(self, features: Sequence[Feature]) -> tuple[InputTensor, ...]:
        """Return how features are packed into the graph's inputs.

        Parameters
        ----------
        features : sequence of Feature
            In the order of ``feature_names``.

        Raises
        ------
        InputError
            A feature does not fit the element type of its input.
        """
        tensors: list[InputTensor] = []
        rest = list(features)
        for value in self._fed():
            width = self._widths[value.name] or len(rest)
            element_type: ElementType = ELEMENT_TYPES[value.type.tensor_type.elem_type]  # type: ignore[assignment] # the five of the contract
            for feature in rest[:width]:
                self._check_type(feature, element_type)
            names = tuple(feature.name for feature in rest[:width])
            tensors.append(InputTensor(name=value.name, element_type=element_type, features=names))
            rest = rest[width:]
        return tuple(tensors)

    def served(self) -> tuple[bytes, dict[str, OutputTensor]]:
        """Return the graph with its outputs called by their roles, and these."""
        graph = onnx.ModelProto()
        graph.CopyFrom(self._served)
        outputs = name_outputs(graph, self._roles)
        return graph.SerializeToString(deterministic=True), outputs

    def _check_type(self, feature: Feature, element_type: ElementType) -> None:
        if feature.type not in _FITTING[element_type]:
            raise InputError(
                f"{feature.name}: holds values of type {feature.type}, and the graph reads {element_type}. "
                "Give the columns in the order of the graph's inputs."
            )
        if feature.nullable and element_type in {"int64", "bool"}:
            raise InputError(f"{feature.name}: misses values, and the graph reads {element_type}, which has no mark.")


def read_file(path: Path) -> OnnxModel:
    """Read a ``.onnx`` file.

    Raises
    ------
    InputError
        As ``OnnxModel`` says.
    """
    return OnnxModel(path.read_bytes(), str(path))


def _tensor(part: pd.DataFrame, element_type: str) -> NDArray[np.generic]:
    if element_type == "string":
        return part.astype(object).where(part.notna(), "").to_numpy().astype(object)
    return part.to_numpy().astype(_NUMPY[element_type])


def _drop_zipmap(graph: onnx.GraphProto) -> list[object]:
    """Give probabilities as a tensor, in place, and return the classes that the ZipMap named."""
    zipmap = next((node for node in graph.node if node.op_type == "ZipMap"), None)
    if zipmap is None:
        return []
    classes = _labels(zipmap)
    for output in graph.output:
        if output.name == zipmap.output[0]:
            shape = [None, len(classes)]
            output.CopyFrom(helper.make_tensor_value_info(zipmap.input[0], onnx.TensorProto.FLOAT, shape))
    graph.node.remove(zipmap)
    return classes


def _attributed_classes(graph: onnx.GraphProto) -> list[object]:
    return next((found for node in graph.node if (found := _labels(node))), [])


def _labels(node: onnx.NodeProto) -> list[object]:
    attributes: Mapping[str, object] = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    found = next((values for name in _CLASS_ATTRIBUTES if (values := attributes.get(name))), [])
    return [each.decode() if isinstance(each, bytes) else each for each in found] if isinstance(found, list) else []
