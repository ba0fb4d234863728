"""Checks of what a model gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV

from model_export.checks.finding import Finding
from model_export.source.model.anatomy import final_estimator, nested_steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model_export.source.subject import Subject


THRESHOLDS: Final = (FixedThresholdClassifier, TunedThresholdClassifierCV)


def check_outputs(subject: Subject) -> Iterator[Finding]:
    """Find a classifier that gives no probabilities, which the contract promises, or labels by a threshold."""
    for step in nested_steps(subject.model):
        if isinstance(step, THRESHOLDS):
            yield Finding(
                place=type(step).__name__,
                reason="its threshold is compared in another precision in ONNX, so that labels beside it differ",
                mend="Export its estimator_, and compare the probability with the threshold in the callers",
            )
    if hasattr(subject.model, "classes_") and not hasattr(subject.model, "predict_proba"):
        yield Finding(
            place=type(final_estimator(subject.model)).__name__,
            reason="it has no predict_proba, and the API answers with probabilities",
            mend="Wrap it in sklearn.calibration.CalibratedClassifierCV, or fit it with probability estimates",
        )
