"""Names of tensors in a graph: stable ones for what goes out, none for what is not used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inference_lib.contract.document import OutputTensor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import onnx

    from inference_lib.contract.document import ElementType

ELEMENT_TYPES: Final = {1: "float", 7: "int64", 8: "string", 9: "bool", 11: "double"}
"""Those of the contract, by the numbers of ONNX."""


def name_outputs(converted: onnx.ModelProto, roles: Sequence[str]) -> dict[str, OutputTensor]:
    """Call the outputs by their roles, in place, and let the number of instances vary.

    Parameters
    ----------
    converted : ModelProto
        It has an output for each role.
    roles : sequence of str
        ``label`` and ``probabilities``, or ``value``.

    Returns
    -------
    dict of str to OutputTensor
        By role.
    """
    outputs: dict[str, OutputTensor] = {}
    for role, output in zip(roles, converted.graph.output, strict=True):
        rename(converted.graph, output.name, role)
        if output.type.tensor_type.shape.dim:
            # The converter writes a fixed 1 for some models, and ONNX Runtime then warns at each request.
            output.type.tensor_type.shape.dim[0].Clear()
            if role == "value":
                for dimension in output.type.tensor_type.shape.dim[1:]:
                    dimension.dim_value = 1
        element_type: ElementType = ELEMENT_TYPES[output.type.tensor_type.elem_type]  # type: ignore[assignment] # the five of the contract
        outputs[role] = OutputTensor(name=role, element_type=element_type)
    return outputs


def rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    """Give a tensor another name; a tensor that has the new name already gets the old one."""
    swap = {old: new, new: old}
    for node in graph.node:
        node.input[:] = [swap.get(name, name) for name in node.input]
        node.output[:] = [swap.get(name, name) for name in node.output]
        for attribute in node.attribute:
            if attribute.HasField("g"):
                rename(attribute.g, old, new)
    for value in (*graph.output, *graph.value_info):
        value.name = swap.get(value.name, value.name)
    for tensor in graph.initializer:
        tensor.name = swap.get(tensor.name, tensor.name)


def drop_unused(graph: onnx.GraphProto) -> None:
    """Drop constants that no node reads, in place; ONNX Runtime would warn of each at every cold start."""
    used = {*_read(graph), *(output.name for output in graph.output)}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def sort_unordered(converted: onnx.ModelProto) -> None:
    """Sort, in place, what ONNX leaves without an order and the converter writes in the order of a Python set.

    The bytes of a graph decide the bundle's version, and the order of a set of texts changes with each process.
    """
    for opsets in (converted.opset_import, *(function.opset_import for function in converted.functions)):
        opsets.sort(key=lambda opset: (opset.domain, opset.version))
    converted.metadata_props.sort(key=lambda entry: entry.key)


def _read(graph: onnx.GraphProto) -> Iterator[str]:
    for node in graph.node:
        yield from node.input
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _read(attribute.g)
