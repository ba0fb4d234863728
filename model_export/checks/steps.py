"""Checks of each step for a converter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from model_export.checks.finding import Finding
from model_export.conversion import catalog
from model_export.conversion.methods.registry import key_of
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
    known = catalog.registered()
    for step in nested_steps(subject.model):
        kind = type(step)
        if kind in seen or hasattr(step, "fit_resample"):  # a sampler of imbalanced-learn has no part in a prediction
            continue
        if key_of(kind) not in known and not hasattr(step, "onnx_converter") and not _is_known_to_skl2onnx(kind):
            seen.add(kind)
            origin = "scikit-learn" if kind.__module__.startswith("sklearn.") else kind.__module__
            yield Finding(place=kind.__name__, reason=f"no converter knows this step of {origin}", mend=_WAYS_OUT)


def _is_known_to_skl2onnx(kind: type) -> bool:
    # An import of half a second, which no step with a converter of our own pays.
    from skl2onnx._supported_operators import sklearn_operator_name_map  # noqa: PLC0415

    return kind in sklearn_operator_name_map
