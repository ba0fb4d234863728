"""The graph without its label, where that is the class of the greatest probability.

A label of text costs a request the operators that make it and a tensor of strings; the runtime finds the
greatest of a few numbers in less. The proof tells whether the labels are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import onnx

if TYPE_CHECKING:
    from collections.abc import Sequence

LABEL: Final = "label"


def drop_label(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the model without the output ``label`` and without all that only the label needs.

    Parameters
    ----------
    model : ModelProto
        It is left as it is.
    """
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    graph = changed.graph
    kept = [output for output in graph.output if output.name != LABEL]
    needed = {output.name for output in kept}
    nodes: list[onnx.NodeProto] = []
    for node in reversed(graph.node):  # in topological order, so each comes before those that it needs
        if needed.intersection(node.output):
            nodes.append(node)
            needed.update(_names_in(node))
    _replace(graph.output, kept)
    _replace(graph.node, nodes[::-1])
    _replace(graph.initializer, [tensor for tensor in graph.initializer if tensor.name in needed])
    return changed


def _names_in(node: onnx.NodeProto) -> set[str]:
    """Return what a node reads, the graphs inside it included."""
    names = set(node.input)
    for attribute in node.attribute:
        for graph in (attribute.g, *attribute.graphs):
            names |= {name for inner in graph.node for name in _names_in(inner)}
            names |= {output.name for output in graph.output}
    return names


def _replace(members: object, kept: Sequence[object]) -> None:
    copies = list(kept)
    del members[:]  # type: ignore[attr-defined] # a repeated field of protobuf
    members.extend(copies)  # type: ignore[attr-defined] # a repeated field of protobuf
