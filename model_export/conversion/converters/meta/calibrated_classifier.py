"""CalibratedClassifierCV: sigmoid, isotonic and temperature, over what each estimator answers first.

That is its ``decision_function`` where it has one, and else its probabilities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.classes import both, places_among, spread
from model_export.conversion.formulas.functions import log, sigmoid, softmax
from model_export.conversion.formulas.interpolation import isotonic
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.tensor import concat, where
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import predictions, probabilities

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator
    from sklearn.calibration import CalibratedClassifierCV, _CalibratedClassifier

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor

_BINARY = 2
_OFF_ZERO = 1e-12
"""scikit-learn adds it to a probability before the logarithm."""
_ROUNDING = 1e-5
"""How far scikit-learn lets a probability be above 1 before it is left so."""


@probabilities("CalibratedClassifierCV")
def calibrated_probabilities(model: CalibratedClassifierCV, x: Table) -> Tensor:
    """Write CalibratedClassifierCV.predict_proba: the mean of its calibrated classifiers."""
    parts = [_calibrated(each, x) for each in model.calibrated_classifiers_]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total / float(len(parts))


@predictions("CalibratedClassifierCV")
def calibrated_label(model: CalibratedClassifierCV, x: Table) -> Tensor:
    """Write CalibratedClassifierCV.predict."""
    return calibrated_probabilities(model, x).argmax()


def _calibrated(part: _CalibratedClassifier, x: Table) -> Tensor:
    has_scores = hasattr(part.estimator, "decision_function")
    answers = dispatch.decision_function(part.estimator, x) if has_scores else dispatch.predict_proba(part.estimator, x)
    classes = len(part.classes)
    if classes == _BINARY and not has_scores:
        answers = answers.column(1)
    if part.method == "temperature":
        shares = _tempered(part, answers, has_scores=has_scores)
    elif classes == _BINARY:
        shares = both(_applied(part.calibrators[0], answers.column(0)))
    else:
        shares = _shares(part, answers)
    return where((shares > 1.0) & (shares <= 1.0 + _ROUNDING), shares.like([[1.0]]), shares)


def _tempered(part: _CalibratedClassifier, answers: Tensor, *, has_scores: bool) -> Tensor:
    if answers.width == 1:
        answers = concat([-answers, answers]) if has_scores else both(answers)
    logits = answers if has_scores else log(answers + _OFF_ZERO)
    return softmax(logits * float(part.calibrators[0].beta_))


def _shares(part: _CalibratedClassifier, answers: Tensor) -> Tensor:
    """Return the probabilities of three classes or more, each from its own calibrator; alike where all are zero."""
    columns = concat([_applied(each, answers.column(place)) for place, each in enumerate(part.calibrators)])
    classes = len(part.classes)
    shares = spread(columns, places_among(part.estimator.classes_, part.classes), classes)
    total = shares.sum()
    none = total.equals(0.0)
    return where(
        none, shares.like(np.full((1, classes), 1 / classes)), shares / where(none, total.like([[1.0]]), total)
    )


def _applied(calibrator: BaseEstimator, answer: Tensor) -> Tensor:
    kind = type(calibrator).__name__
    if kind == "_SigmoidCalibration":
        return sigmoid(-(answer * float(calibrator.a_) + float(calibrator.b_)))
    if kind == "IsotonicRegression":
        return isotonic(calibrator, answer)
    raise Refusal.of(
        calibrator, "no converter knows this calibration", "Fit with method='sigmoid', 'isotonic' or 'temperature'"
    )
