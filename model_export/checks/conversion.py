"""A trial conversion: the steps that the converters refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.checks.finding import Finding
from model_export.conversion.convert import candidates
from model_export.conversion.graph.refusal import Refusal
from model_export.errors import UnsupportedModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model_export.source.subject import Subject


def check_conversion(subject: Subject) -> Iterator[Finding]:
    """Find the first step that cannot be written as ONNX, by a conversion whose graph is thrown away."""
    try:
        next(candidates(subject))
    except Refusal as refusal:
        yield Finding(place=refusal.place, reason=refusal.reason, mend=refusal.fix)
    except UnsupportedModel as error:
        yield Finding(place="The model", reason=str(error).rstrip("."), mend="Report it with the model")
