"""Functions of users, with the ONNX form that they gave.

>>> import model_export  # doctest: +SKIP
>>> model_export.register(dew_point, lambda x: (x + 1.0) * 0.5)  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import onnx

from model_export.conversion.graph.graph import ELEMENT_TYPES, OPSETS
from model_export.conversion.graph.tensor import Tensor
from model_export.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from model_export.conversion.graph.graph import Kind

    OnnxForm: TypeAlias = Callable[..., Tensor] | onnx.ModelProto | onnx.GraphProto | onnx.FunctionProto

_forms: Final[dict[object, OnnxForm]] = {}


def register(function: Callable[..., object] | str, onnx_function: OnnxForm) -> None:
    """Say what a function that a FunctionTransformer calls is in ONNX.

    Parameters
    ----------
    function : callable or str
        The function, or its name as Python writes it: ``package.module.name``.
    onnx_function : callable, ModelProto, GraphProto, FunctionProto or function of onnxscript
        A callable takes a tensor of doubles of shape (n_instances, n_features), which has the operators of NumPy's
        arrays and the functions of ``model_export.conversion.formulas.functions``, and the keyword arguments
        of the transformer; it returns a tensor. A graph or function has one input and one output, both of doubles.

    Raises
    ------
    InputError
        The ONNX form is none of these, or has not one input and one output.

    Examples
    --------
    >>> register(to_fahrenheit, lambda x: x * 1.8 + 32.0)  # doctest: +SKIP
    """
    form = onnx_function
    if hasattr(form, "to_function_proto"):
        form = form.to_function_proto()
    if isinstance(form, onnx.ModelProto):
        form = form.graph
    if isinstance(form, (onnx.GraphProto, onnx.FunctionProto)):
        if len(form.input) != 1 or len(form.output) != 1:
            raise InputError(
                f"The ONNX form of {name_of(function)} has {len(form.input)} inputs and {len(form.output)} outputs; "
                "expected one of each, both doubles of shape (n_instances, n_features)."
            )
    elif not callable(form):
        raise InputError(
            f"The ONNX form of {name_of(function)} is of type {type(form).__name__}; expected a function of tensors, "
            "or a ModelProto, GraphProto or FunctionProto of ONNX."
        )
    _forms[function] = form


def form_of(function: Callable[..., object]) -> OnnxForm | None:
    """Return the registered ONNX form of a function, found by identity or by name; None where there is none."""
    try:
        found = _forms.get(function)
    except TypeError:  # it cannot be hashed
        found = None
    return found or _forms.get(name_of(function))


def name_of(function: Callable[..., object] | str) -> str:
    """Return a function's name as Python writes it: ``package.module.name``."""
    if isinstance(function, str):
        return function
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', type(function).__name__)}"


def apply(form: OnnxForm, x: Tensor, **arguments: object) -> Tensor:
    """Write a registered form, applied to a tensor."""
    if isinstance(form, onnx.FunctionProto):
        return _inlined(_graph(form), x)
    if isinstance(form, onnx.GraphProto):
        return _inlined(form, x)
    return form(x, **arguments)  # type: ignore[operator] # register has turned models into graphs


def _graph(function: onnx.FunctionProto) -> onnx.GraphProto:
    graph = onnx.GraphProto()
    graph.input.add(name=function.input[0])
    graph.output.add(name=function.output[0])
    graph.node.extend(function.node)
    return graph


def _inlined(part: onnx.GraphProto, x: Tensor) -> Tensor:
    unknown = sorted({node.domain for node in part.node} - set(OPSETS))
    if unknown:
        raise InputError(f"An ONNX form has operators of {unknown[0]!r}, which ONNX Runtime does not bring.")
    (name,) = x.graph.inline(part, {part.input[0].name: x.name})
    declared = part.output[0].type.tensor_type
    dimensions = declared.shape.dim
    width = dimensions[1].dim_value if len(dimensions) > 1 and dimensions[1].dim_value else x.width
    kinds: dict[int, Kind] = {number: kind for kind, number in ELEMENT_TYPES.items()}
    return Tensor(x.graph, name, kinds.get(declared.elem_type, x.kind), width).cast("double")
