"""What the methods of a fitted estimator compute, written into a graph.

Each function has the name of the method, and finds the converter of the estimator, or that of skl2onnx where there
is none of our own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.methods import foreign
from model_export.conversion.methods.registry import methods_of

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor

RESPONSES = ("decision_function", "predict_proba", "predict")


def transform(step: BaseEstimator, x: Table) -> Table:
    """Write ``step.transform``."""
    function = methods_of(step).transform
    return function(step, x) if function else foreign.transform(step, x)


def inverse_transform(step: BaseEstimator, x: Table) -> Table:
    """Write ``step.inverse_transform``."""
    function = methods_of(step).inverse
    if function is None:
        raise Refusal.of(
            step, "no converter knows its inverse_transform", "Transform the target in the callers, or by another step"
        )
    return function(step, x)


def decision_function(model: BaseEstimator, x: Table) -> Tensor:
    """Write ``model.decision_function``, of shape (n_instances, 1) for two classes."""
    function = methods_of(model).scores
    if function is None:
        raise Refusal.of(
            model, "no converter knows its decision_function", "Use an estimator with predict_proba in its place"
        )
    return function(model, x)


def predict_proba(model: BaseEstimator, x: Table) -> Tensor:
    """Write ``model.predict_proba``, of shape (n_instances, n_classes)."""
    function = methods_of(model).probabilities
    return function(model, x) if function else foreign.predict_proba(model, x)


def predict(model: BaseEstimator, x: Table) -> Tensor:
    """Write ``model.predict``.

    Returns
    -------
    Tensor
        Of a classifier the places of the labels in ``classes_``, of shape (n_instances,); of a regressor the
        values, of shape (n_instances, n_targets).
    """
    methods = methods_of(model)
    if methods.predictions:
        return methods.predictions(model, x)
    if methods.scores and hasattr(model, "classes_"):
        return label_of(methods.scores(model, x))
    if methods.probabilities:
        return methods.probabilities(model, x).argmax()
    return foreign.predict(model, x)


def several_labels(model: BaseEstimator, x: Table) -> list[tuple[Tensor | None, Tensor]]:
    """Write probabilities and labels of a classifier that predicts several labels, one pair for each."""
    function = methods_of(model).labels
    if function is None:
        raise Refusal.of(
            model, "it predicts several labels at once", "Use MultiOutputClassifier around an estimator of one label"
        )
    return function(model, x)


def label_of(scores: Tensor) -> Tensor:
    """Return the places of the labels that scores give: above zero, or the first of the greatest."""
    if scores.width == 1:
        return (scores > 0.0).cast("int64").reshape([-1])
    return scores.argmax()


def response(model: BaseEstimator, x: Table, method: str) -> Tensor:
    """Write one of ``RESPONSES``, named as scikit-learn names it."""
    return {"decision_function": decision_function, "predict_proba": predict_proba, "predict": predict}[method](
        model, x
    )
