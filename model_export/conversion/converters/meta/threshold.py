"""FixedThresholdClassifier and TunedThresholdClassifierCV: the label by a threshold, compared in doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.graph.tensor import gather
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import predictions, probabilities, scores

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator
    from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor

_NAMES = ("FixedThresholdClassifier", "TunedThresholdClassifierCV")


def _inner(model: FixedThresholdClassifier) -> BaseEstimator:
    return getattr(model, "estimator_", model.estimator)


@probabilities(*_NAMES)
def threshold_probabilities(model: FixedThresholdClassifier, x: Table) -> Tensor:
    """Write predict_proba of the estimator inside."""
    return dispatch.predict_proba(_inner(model), x)


@scores(*_NAMES)
def threshold_scores(model: FixedThresholdClassifier, x: Table) -> Tensor:
    """Write decision_function of the estimator inside."""
    return dispatch.decision_function(_inner(model), x)


@predictions("FixedThresholdClassifier")
def fixed_label(model: FixedThresholdClassifier, x: Table) -> Tensor:
    """Write FixedThresholdClassifier.predict."""
    method = _method(model)
    automatic = 0.5 if method == "predict_proba" else 0.0
    threshold = automatic if isinstance(model.threshold, str) else float(model.threshold)
    return _label(model, x, method, model.pos_label, threshold)


@predictions("TunedThresholdClassifierCV")
def tuned_label(model: TunedThresholdClassifierCV, x: Table) -> Tensor:
    """Write TunedThresholdClassifierCV.predict."""
    positive = model._curve_scorer._get_pos_label()  # noqa: SLF001 - what predict asks
    return _label(model, x, _method(model), positive, float(model.best_threshold_))


def _method(model: FixedThresholdClassifier) -> str:
    wanted = model._get_response_method()  # noqa: SLF001 - resolves "auto"
    names = [wanted] if isinstance(wanted, str) else wanted
    return next(name for name in names if hasattr(_inner(model), name))


def _label(model: FixedThresholdClassifier, x: Table, method: str, positive: object, threshold: float) -> Tensor:
    classes = np.asarray(model.classes_)
    place = 1 if positive is None else int(np.flatnonzero(classes == positive)[0])
    if method == "predict_proba":
        score = dispatch.predict_proba(_inner(model), x).column(place)
    else:
        score = dispatch.decision_function(_inner(model), x)
        score = score if place == 1 else -score
    reached = (score >= threshold).cast("int64").reshape([-1])
    return reached if place == 1 else gather(reached.like([1, 0], "int64"), reached, 1)
