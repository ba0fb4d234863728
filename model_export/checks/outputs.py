"""Checks of what a model gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.checks.finding import Finding
from model_export.source.model.anatomy import final_estimator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model_export.source.subject import Subject


def check_outputs(subject: Subject) -> Iterator[Finding]:
    """Find a classifier that gives no probabilities, which the contract promises."""
    if hasattr(subject.model, "classes_") and not hasattr(subject.model, "predict_proba"):
        yield Finding(
            place=type(final_estimator(subject.model)).__name__,
            reason="it has no predict_proba, and the API answers with probabilities",
            mend="Wrap it in sklearn.calibration.CalibratedClassifierCV, or fit it with probability estimates",
        )
