"""One ONNX graph as it is written: its inputs, constants, nodes and outputs.

Equal constants and equal nodes are written once, so that a converter may ask for the same value twice.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
import onnx
from onnx import GraphProto, TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import ArrayLike

    Attribute: TypeAlias = int | float | str | bytes | list[int] | list[float] | list[str] | TensorProto | GraphProto

Kind: TypeAlias = Literal["double", "float", "int64", "int32", "string", "bool"]

OPSETS: Final = {"": 21, "ai.onnx.ml": 5, "com.microsoft": 1}
"""Versions of the operators that are written; ONNX Runtime 1.20 and later run all three."""

IR_VERSION: Final = 10
"""That of ONNX 1.16, the first with opset 21."""

GRAPH_NAME: Final = "model"

NO_ATTRIBUTES: Final[Mapping[str, Attribute]] = MappingProxyType({})

ELEMENT_TYPES: Final[dict[Kind, int]] = {
    "double": TensorProto.DOUBLE,
    "float": TensorProto.FLOAT,
    "int64": TensorProto.INT64,
    "int32": TensorProto.INT32,
    "string": TensorProto.STRING,
    "bool": TensorProto.BOOL,
}
_DTYPES: Final[dict[Kind, type[np.generic]]] = {
    "double": np.float64,
    "float": np.float32,
    "int64": np.int64,
    "int32": np.int32,
    "string": np.object_,
    "bool": np.bool_,
}


class Graph:
    """Collects nodes and constants; ``model`` makes an ONNX model of them.

    Parameters
    ----------
    prefix : str
        Of the names of its tensors: that of a body of a loop differs from the graph's around it.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[tuple[object, ...], onnx.TensorProto] = {}
        self._known: dict[tuple[object, ...], tuple[str, ...]] = {}
        self._counts: dict[str, int] = {}

    def fresh_name(self, kind: str) -> str:
        """Return a name that no other tensor of the graph has."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return f"{self._prefix}{kind}_{self._counts[kind]}"

    def add_input(self, name: str, kind: Kind, width: int) -> str:
        """Declare an input of shape (n_instances, width), and return its name."""
        self._inputs.append(helper.make_tensor_value_info(name, ELEMENT_TYPES[kind], [None, width]))
        return name

    def add_output(self, role: str, name: str, kind: Kind, shape: Sequence[int | None]) -> None:
        """Declare the output ``role``, which is the tensor ``name``."""
        self._nodes.append(helper.make_node("Identity", [name], [role]))
        self._outputs.append(helper.make_tensor_value_info(role, ELEMENT_TYPES[kind], list(shape)))

    def constant(self, values: ArrayLike, kind: Kind) -> tuple[str, tuple[int, ...]]:
        """Return name and shape of a constant.

        Parameters
        ----------
        values : array-like
            Numbers, texts or booleans.
        kind : str
            Element type that they are written with.
        """
        array = np.asarray(values, dtype=_DTYPES[kind], order="C")
        content: object = tuple(array.ravel().tolist()) if kind == "string" else array.tobytes()
        key = (kind, array.shape, content)
        if key not in self._constants:
            self._constants[key] = numpy_helper.from_array(array, self.fresh_name("constant"))
        return self._constants[key].name, array.shape

    def node(
        self,
        kind: str,
        inputs: Iterable[str],
        outputs: int = 1,
        domain: str = "",
        attributes: Mapping[str, Attribute] = NO_ATTRIBUTES,
    ) -> tuple[str, ...]:
        """Write a node and return the names of its outputs.

        Parameters
        ----------
        kind : str
            The operator.
        inputs : iterable of str
            Names of tensors; empty for an input that is left out.
        outputs : int
            How many there are.
        domain : str
            Of the operator.
        attributes : mapping of str to attribute
            Of the operator; a ``TensorProto`` where it wants a tensor.
        """
        read = tuple(inputs)
        key = (kind, read, outputs, domain, _frozen(attributes))
        if key not in self._known:
            names = tuple(self.fresh_name(kind.lower()) for _ in range(outputs))
            node = helper.make_node(kind, list(read), list(names), domain=domain)
            node.attribute.extend(helper.make_attribute(name, value) for name, value in sorted(attributes.items()))
            self._nodes.append(node)
            self._known[key] = names
        return self._known[key]

    def inline(self, part: onnx.GraphProto, inputs: Mapping[str, str]) -> list[str]:
        """Write the nodes of another graph into this one, under names of this one.

        Parameters
        ----------
        part : GraphProto
            Its operators must be those of ``OPSETS``.
        inputs : mapping of str to str
            For each of its inputs a tensor of this graph.

        Returns
        -------
        list of str
            This graph's names of its outputs.
        """
        names = dict(inputs)
        for tensor in part.initializer:
            copy = TensorProto()
            copy.CopyFrom(tensor)
            copy.name = names[tensor.name] = self.fresh_name("part")
            self._constants["part", copy.name] = copy
        for node in part.node:
            for output in node.output:
                names[output] = self.fresh_name("part") if output else ""
            copied = onnx.NodeProto()
            copied.CopyFrom(node)
            _rename(copied, lambda name: names.get(name, name))
            self._nodes.append(copied)
        return [names[output.name] for output in part.output]

    def model(self) -> onnx.ModelProto:
        """Return the finished model, without what no output needs."""
        graph = self.body(GRAPH_NAME)
        used = _domains(graph.node) | {""}
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items() if domain in used]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)

    def body(self, name: str) -> onnx.GraphProto:
        """Return the finished graph, without what no output needs; it may read tensors of a graph around it."""
        outputs = {output.name for output in self._outputs}
        nodes = _needed(self._nodes, outputs)
        read = _names_read(nodes)
        constants = [tensor for tensor in self._constants.values() if tensor.name in read]
        return helper.make_graph(nodes, name, self._inputs, self._outputs, constants)

    def add_state(self, name: str, kind: Kind, shape: Sequence[int | None]) -> None:
        """Declare an input of a loop's body, of any shape."""
        self._inputs.append(helper.make_tensor_value_info(name, ELEMENT_TYPES[kind], list(shape)))


def _domains(nodes: Iterable[onnx.NodeProto]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        found.add(node.domain)
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                found |= _domains(inner.node)
    return found


def _frozen(attributes: Mapping[str, Attribute]) -> tuple[object, ...]:
    return tuple((name, _content(value)) for name, value in sorted(attributes.items()))


def _content(value: Attribute) -> object:
    if isinstance(value, (TensorProto, GraphProto)):
        return value.SerializeToString(deterministic=True)
    return type(value).__name__, tuple(value) if isinstance(value, list) else value


def _rename(node: onnx.NodeProto, new: Callable[[str], str]) -> None:
    node.input[:] = [new(name) for name in node.input]
    node.output[:] = [new(name) for name in node.output]
    node.name = ""
    for attribute in node.attribute:
        for inner in (attribute.g, *attribute.graphs):
            for each in inner.node:
                _rename(each, new)
            for output in inner.output:
                output.name = new(output.name)


def _needed(nodes: Sequence[onnx.NodeProto], outputs: set[str]) -> list[onnx.NodeProto]:
    needed, kept = set(outputs), []
    for node in reversed(nodes):  # each stands after those that it reads
        if needed.intersection(node.output):
            kept.append(node)
            needed |= _names_read([node])
    return kept[::-1]


def _names_read(nodes: Iterable[onnx.NodeProto]) -> set[str]:
    names: set[str] = set()
    for node in nodes:
        names.update(node.input)
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                names |= _names_read(inner.node) | {output.name for output in inner.output}
    return names
