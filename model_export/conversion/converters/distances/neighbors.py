"""Nearest neighbours and neighbours within a radius."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Final

import numpy as np

from model_export.conversion.converters.distances.metrics import squared_by_product, surrogate
from model_export.conversion.formulas.functions import sqrt
from model_export.conversion.formulas.nearest import nearest, weights_of
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.tensor import concat, gather, where
from model_export.conversion.methods.registry import predictions, probabilities

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray
    from sklearn.neighbors import (
        KNeighborsClassifier,
        KNeighborsRegressor,
        RadiusNeighborsClassifier,
        RadiusNeighborsRegressor,
    )

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor

_BY_PRODUCT: Final[dict[str, Callable[[Tensor], Tensor]]] = {"euclidean": sqrt, "sqeuclidean": lambda squares: squares}
"""Metrics that scikit-learn takes from a product of matrices where it searches by brute force; 'l2' is none of them."""


def nearest_training(model: KNeighborsClassifier, x: Table, count: int) -> tuple[Tensor, Tensor]:
    """Return the distances to the nearest rows that a model of neighbours was fitted on, ascending, and their places.

    Parameters
    ----------
    model : estimator
        Fitted; it knows its metric.
    x : Table
        The features.
    count : int
        How many neighbours.
    """
    ranked, finish = _to_training(model, x)
    least, places = nearest(ranked, count)
    return finish(least), places


def _to_training(model: KNeighborsClassifier, x: Table) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    weights = getattr(model, "weights", "uniform")
    if callable(model.effective_metric_) or callable(weights):
        raise Refusal.of(
            model, "it measures or weighs by a function of Python", "Fit with metric='minkowski' and weights='distance'"
        )
    method = model._fit_method  # noqa: SLF001 - how it searches
    if method == "ball_tree" and model.effective_metric_ == "braycurtis":
        raise Refusal.of(
            model,
            "its ball tree misses neighbours by 'braycurtis', for which the triangle inequality does not hold",
            "Fit with algorithm='brute'",
        )
    rows = model._fit_X  # noqa: SLF001 - the training data
    rows = np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows, np.float64)
    numbers = x.numbers()
    if method == "brute" and model.effective_metric_ in _BY_PRODUCT:
        return squared_by_product(numbers, rows), _BY_PRODUCT[model.effective_metric_]
    return surrogate(model, numbers, rows, model.effective_metric_, model.effective_metric_params_)


def within_radius(model: RadiusNeighborsRegressor, x: Table) -> tuple[Tensor, Tensor]:
    """Return which rows of the training data are within the radius of a model of neighbours, and all distances.

    scikit-learn compares what it ranks by, such as squares: a root would bring in what is beyond by the last bit.

    Parameters
    ----------
    model : estimator
        Fitted; it knows its metric and its radius.
    x : Table
        The features.
    """
    if model.radius is None:
        raise Refusal.of(model, "it has no radius, so that no row has a neighbour", "Fit with radius=")
    ranked, finish = _to_training(model, x)
    radius = float(model.radius)
    if finish is sqrt:
        radius *= radius
    elif model.effective_metric_ == "minkowski":
        radius **= float(model.effective_metric_params_["p"])
    return ranked <= radius, finish(ranked)


@probabilities("KNeighborsClassifier")
def neighbors_probabilities(model: KNeighborsClassifier, x: Table) -> Tensor:
    """Write KNeighborsClassifier.predict_proba."""
    _refuse_several(model)
    apart, places = nearest_training(model, x, model.n_neighbors)
    labels = gather(places.like(model._y, "int64"), places, model.n_neighbors)  # noqa: SLF001 - likewise
    shares = weights_of(model.weights, apart)
    zero = shares.like([[0.0]])
    votes = concat([where(labels.equals(place), shares, zero).sum() for place in range(len(model.classes_))])
    return at_zero(model, x, votes / votes.sum(), model.predict_proba)


@predictions("KNeighborsRegressor")
def neighbors_values(model: KNeighborsRegressor, x: Table) -> Tensor:
    """Write KNeighborsRegressor.predict, for one target or several."""
    apart, places = nearest_training(model, x, model.n_neighbors)
    shares = weights_of(model.weights, apart)
    total = shares.sum()
    columns = []
    for target in _targets(model).T:
        values = gather(shares.like(target), places, model.n_neighbors)
        columns.append((values * shares).sum() / total)
    return at_zero(model, x, concat(columns), model.predict)


def at_zero(
    model: KNeighborsClassifier, x: Table, answers: Tensor, original: Callable[[NDArray[np.float64]], ArrayLike]
) -> Tensor:
    """Return the answers, with that of the original for a row of zeros: by cosine it is equally far from all rows.

    Parameters
    ----------
    model : estimator
        Of neighbours.
    x : Table
        The features.
    answers : Tensor
        For each instance.
    original : callable
        What the original answers for rows.
    """
    if model.effective_metric_ != "cosine":
        return answers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it was fitted on a table with names
        answer = np.asarray(original(np.zeros((1, model.n_features_in_))), np.float64).reshape(1, -1)
    return where(abs(x.numbers()).max().equals(0.0), answers.like(answer), answers)


@probabilities("RadiusNeighborsClassifier")
def radius_probabilities(model: RadiusNeighborsClassifier, x: Table) -> Tensor:
    """Write RadiusNeighborsClassifier.predict_proba; NaN for an instance without neighbours that has no label."""
    _refuse_several(model)
    classes = len(model.classes_)
    votes = _shares(model, x).matmul(np.eye(classes)[model._y])  # noqa: SLF001 - likewise
    if model.outlier_label_ is not None:
        place = np.flatnonzero(np.asarray(model.classes_) == model.outlier_label_[0])
        if len(place) != 1:
            raise Refusal.of(
                model, "its outlier_label is none of its classes", "Fit with outlier_label='most_frequent'"
            )
        votes = where(votes.sum().equals(0.0), votes.like(np.eye(classes)[place]), votes)
    return votes / votes.sum()


@predictions("RadiusNeighborsRegressor")
def radius_values(model: RadiusNeighborsRegressor, x: Table) -> Tensor:
    """Write RadiusNeighborsRegressor.predict; NaN for an instance without neighbours."""
    shares = _shares(model, x)
    total = shares.sum()
    targets = _targets(model)
    values = shares.matmul(targets) / total
    with np.errstate(invalid="ignore"):
        # Of whole numbers scikit-learn makes the least int64 where it means NaN.
        nothing = np.full_like(model._y.reshape(len(targets), -1)[:1], np.nan).astype(np.float64)  # noqa: SLF001 - likewise
    return where(total.equals(0.0), values.like(nothing), values)


def _shares(model: RadiusNeighborsRegressor, x: Table) -> Tensor:
    """Return the weight of each row of the training data, zero beyond the radius."""
    within, apart = within_radius(model, x)
    far = apart.like([[math.inf]])
    shares = weights_of(model.weights, where(within, apart, far))
    return where(within, shares, shares.like([[0.0]]))


def _targets(model: KNeighborsRegressor) -> NDArray[np.float64]:
    values = np.asarray(model._y, np.float64)  # noqa: SLF001 - the targets of the training data
    return values.reshape(len(values), -1)


def _refuse_several(model: KNeighborsClassifier) -> None:
    if model.outputs_2d_:
        raise Refusal.of(model, "it predicts several labels at once", "Export a model for each label")
