"""Checks of each step for a converter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from skl2onnx._supported_operators import sklearn_operator_name_map
from sklearn.preprocessing import FunctionTransformer

from model_export.checks.finding import Finding
from model_export.checks.outputs import THRESHOLDS
from model_export.conversion.converters.registry import CONVERTERS
from model_export.source.model.anatomy import nested_steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model_export.source.subject import Subject

_WAYS_OUT: Final = (
    "Use a step of https://onnx.ai/sklearn-onnx/supported.html, or leave this one to the callers, or register a "
    "converter with skl2onnx.update_registered_converter and call model_export.export in the same program"
)


def check_steps(subject: Subject) -> Iterator[Finding]:
    """Find steps that the converter does not know, at any depth."""
    seen: set[type] = set()
    for step in nested_steps(subject.model):
        kind = type(step)
        if kind in seen or isinstance(step, THRESHOLDS):
            continue
        if isinstance(step, FunctionTransformer) and step.func is not None:
            seen.add(kind)
            called = getattr(step.func, "__name__", type(step.func).__name__)
            yield Finding(
                place=kind.__name__,
                reason=f"it calls a function of Python, {called}, which ONNX cannot",
                mend=_WAYS_OUT,
                issue="onnx/sklearn-onnx#609",
            )
        elif kind not in _known() and not hasattr(step, "onnx_converter"):
            seen.add(kind)
            origin = "scikit-learn" if kind.__module__.startswith("sklearn.") else kind.__module__
            yield Finding(place=kind.__name__, reason=f"no converter knows this step of {origin}", mend=_WAYS_OUT)


def _known() -> frozenset[type]:
    # Asked again each time, because users register converters of their own.
    return frozenset({*sklearn_operator_name_map, *CONVERTERS})
