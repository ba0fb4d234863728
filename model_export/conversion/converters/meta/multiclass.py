"""Binary estimators for several classes: one against the rest, one against one, and codes of bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import is_regressor

from model_export.conversion.formulas.classes import both, votes
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.tensor import concat, where
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import predictions, probabilities, scores

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator
    from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor

_BINARY = 2


def _score(estimator: BaseEstimator, x: Table) -> Tensor:
    """Return one column, as scikit-learn's ``_predict_binary`` does."""
    if is_regressor(estimator):
        return dispatch.predict(estimator, x)
    if hasattr(estimator, "decision_function"):
        return dispatch.decision_function(estimator, x)
    return dispatch.predict_proba(estimator, x).column(1)


def _threshold(estimator: BaseEstimator) -> float:
    """Return above which a score means the second class."""
    return 0.0 if hasattr(estimator, "decision_function") and not is_regressor(estimator) else 0.5


def _constant(estimator: BaseEstimator, x: Table) -> Tensor:
    """Return the answer of an estimator that saw one class alone: 0 or 1."""
    first = next(x.columns())
    return first.like(np.full((1, 1), float(estimator.y_[0])), "double") + _zero(first)


def _zero(column: Tensor) -> Tensor:
    """Return a column of zeros."""
    return column.equals(column).cast("double") * 0.0


@scores("_ConstantPredictor")
def constant_score(model: BaseEstimator, x: Table) -> Tensor:
    """Write decision_function of what stands for a class that all or no rows have."""
    return _constant(model, x)


@probabilities("_ConstantPredictor")
def constant_probabilities(model: BaseEstimator, x: Table) -> Tensor:
    """Write predict_proba of what stands for a class that all or no rows have."""
    return both(_constant(model, x))


def _refuse_several(model: OneVsRestClassifier) -> None:
    if model.multilabel_:
        raise Refusal.of(model, "it predicts several labels at once", "Export a model for each label")


@scores("OneVsRestClassifier")
def rest_scores(model: OneVsRestClassifier, x: Table) -> Tensor:
    """Write OneVsRestClassifier.decision_function."""
    _refuse_several(model)
    return concat([dispatch.decision_function(each, x) for each in model.estimators_])


@probabilities("OneVsRestClassifier")
def rest_probabilities(model: OneVsRestClassifier, x: Table) -> Tensor:
    """Write OneVsRestClassifier.predict_proba; a row whose estimators all say zero keeps zeros."""
    _refuse_several(model)
    shares = concat([dispatch.predict_proba(each, x).column(1) for each in model.estimators_])
    if shares.width == 1:
        shares = both(shares)
    total = shares.sum()
    return shares / where(total.equals(0.0), total.like([[1.0]]), total)


@predictions("OneVsRestClassifier")
def rest_label(model: OneVsRestClassifier, x: Table) -> Tensor:
    """Write OneVsRestClassifier.predict: the first of the greatest scores."""
    _refuse_several(model)
    found = concat([_score(each, x) for each in model.estimators_])
    if found.width == 1:
        return (found > _threshold(model.estimators_[0])).cast("int64").reshape([-1])
    return found.argmax()


@scores("OneVsOneClassifier")
def one_scores(model: OneVsOneClassifier, x: Table) -> Tensor:
    """Write OneVsOneClassifier.decision_function."""
    labels, confidences = [], []
    for each in model.estimators_:
        labels.append(dispatch.predict(each, x).cast("double").reshape([-1, 1]))
        confidences.append(_score(each, x))
    found = votes(concat(labels), concat(confidences), len(model.classes_))
    return found.column(1) if found.width == _BINARY else found


@predictions("OneVsOneClassifier")
def one_label(model: OneVsOneClassifier, x: Table) -> Tensor:
    """Write OneVsOneClassifier.predict."""
    found = one_scores(model, x)
    if found.width == 1:
        return (found > _threshold(model.estimators_[0])).cast("int64").reshape([-1])
    return found.argmax()


@predictions("OutputCodeClassifier")
def code_label(model: OutputCodeClassifier, x: Table) -> Tensor:
    """Write OutputCodeClassifier.predict: the class whose code is nearest."""
    found = concat([_score(each, x) for each in model.estimators_])
    parts = []
    for code in np.asarray(model.code_book_, np.float64):
        apart = found - code
        parts.append((apart * apart).sum())
    return concat(parts).argmin()
