"""FunctionTransformer over functions of NumPy and SciPy, and over those that users register."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from model_export.conversion.converters.preprocessing.functions.numpy_functions import NUMPY, SCIPY
from model_export.conversion.converters.preprocessing.functions.registered import apply, form_of, name_of
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.methods.registry import inverts, transforms

if TYPE_CHECKING:
    from collections.abc import Callable

    from sklearn.preprocessing import FunctionTransformer

    from model_export.conversion.converters.preprocessing.functions.numpy_functions import Function

_CHECKS = {"sklearn.utils.validation.check_array", "sklearn.utils.validation.as_float_array"}
"""Functions that give back what they are given, or raise."""


@transforms("FunctionTransformer")
def function_transformer(step: FunctionTransformer, x: Table) -> Table:
    """Write FunctionTransformer."""
    return _applied(step, step.func, step.kw_args, x)


@inverts("FunctionTransformer")
def function_inverse(step: FunctionTransformer, x: Table) -> Table:
    """Write FunctionTransformer.inverse_transform."""
    return _applied(step, step.inverse_func, step.inv_kw_args, x)


def _applied(
    step: FunctionTransformer, function: Callable[..., object] | None, arguments: dict[str, object] | None, x: Table
) -> Table:
    arguments = dict(arguments or {})
    while isinstance(function, partial) and not function.args:
        arguments = {**function.keywords, **arguments}
        function = function.func
    if function is None or name_of(function) in _CHECKS:
        return x
    form = form_of(function)
    known = None if form else known_function(function)
    if form is None and known is None:
        _refuse(step, function)
    try:
        made = known(x.numbers(), **arguments) if known else apply(form, x.numbers(), **arguments)  # type: ignore[arg-type] # one of the two
    except TypeError as error:
        reason = f"{name_of(function)} is called with arguments that no converter knows ({error})"
        raise Refusal.of(step, reason, _fix(function)) from error
    return Table.of(made, sparse=x.sparse)


def known_function(function: object) -> Function | None:
    """Return the converter of a function of NumPy or SciPy; None for any other."""
    name = str(getattr(function, "__name__", ""))
    special = sys.modules.get("scipy.special")
    for library, functions in ((np, NUMPY), (special, SCIPY)):
        if name in functions and getattr(library, name, None) is function:
            return functions[name]
    return abs if function is abs else None


def _refuse(step: FunctionTransformer, function: Callable[..., object]) -> NoReturn:
    raise Refusal.of(step, f"it calls {name_of(function)}, a function of Python, which ONNX cannot", _fix(function))


def _fix(function: Callable[..., object]) -> str:
    short = getattr(function, "__name__", "function")
    short = short if short.isidentifier() else "function"
    return (
        f"Use functions of NumPy, leave the step to the callers, or say what it is in ONNX before the export: "
        f"model_export.register({short}, lambda x: x * 2.0) (docs/conversion.md)"
    )
