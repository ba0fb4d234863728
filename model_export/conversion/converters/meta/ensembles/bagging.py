"""BaggingClassifier and BaggingRegressor; decision trees become one ensemble of trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.trees.forests import seen, tree_of
from model_export.conversion.converters.trees.nodes import sum_of_trees, with_features
from model_export.conversion.formulas.classes import indicator, spread
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import predictions, probabilities, scores

if TYPE_CHECKING:
    from collections.abc import Callable

    from sklearn.base import BaseEstimator
    from sklearn.ensemble import BaggingClassifier, BaggingRegressor

    from model_export.conversion.converters.trees.nodes import Tree
    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor

_TREES = {"DecisionTreeClassifier", "DecisionTreeRegressor", "ExtraTreeClassifier", "ExtraTreeRegressor"}


@probabilities("BaggingClassifier")
def bagging_probabilities(model: BaggingClassifier, x: Table) -> Tensor:
    """Write BaggingClassifier.predict_proba: mean probabilities, or shares of votes."""
    width = int(model.n_classes_)
    if _has_trees(model):
        trees = [_tree(each, places, width) for each, places in _parts(model)]
        return sum_of_trees(trees, seen(x), width) / float(model.n_estimators)

    def shares(estimator: BaseEstimator, part: Table) -> Tensor:
        # Estimators of a bagging are fitted on the places of the labels.
        places = [int(label) for label in estimator.classes_]
        if hasattr(estimator, "predict_proba"):
            return spread(dispatch.predict_proba(estimator, part), places, width)
        return spread(indicator(dispatch.predict(estimator, part), len(places)), places, width)

    return _mean(model, x, shares)


@scores("BaggingClassifier")
def bagging_scores(model: BaggingClassifier, x: Table) -> Tensor:
    """Write BaggingClassifier.decision_function."""
    return _mean(model, x, dispatch.decision_function)


@predictions("BaggingClassifier")
def bagging_label(model: BaggingClassifier, x: Table) -> Tensor:
    """Write BaggingClassifier.predict."""
    return bagging_probabilities(model, x).argmax()


@predictions("BaggingRegressor")
def bagging_value(model: BaggingRegressor, x: Table) -> Tensor:
    """Write BaggingRegressor.predict."""
    if _has_trees(model) and model.estimators_[0].n_outputs_ == 1:
        trees = [_tree(each, places, 1) for each, places in _parts(model)]
        return sum_of_trees(trees, seen(x)) / float(model.n_estimators)
    return _mean(model, x, dispatch.predict)


def _parts(model: BaggingClassifier) -> list[tuple[BaseEstimator, list[int]]]:
    """Return the estimators, each with the columns that it reads."""
    columns = [[int(place) for place in places] for places in model.estimators_features_]
    return list(zip(model.estimators_, columns, strict=True))


def _has_trees(model: BaggingClassifier) -> bool:
    return all(type(each).__name__ in _TREES for each in model.estimators_)


def _tree(estimator: BaseEstimator, places: list[int], width: int) -> Tree:
    values = estimator.tree_.value[:, 0, :]
    if hasattr(estimator, "classes_"):
        wide = np.zeros((len(values), width))
        wide[:, [int(label) for label in estimator.classes_]] = values[:, : len(estimator.classes_)]
        values = wide
    return with_features(tree_of(estimator.tree_, values[:, :width]), places)


def _mean(model: BaggingClassifier, x: Table, answer: Callable[[BaseEstimator, Table], Tensor]) -> Tensor:
    parts = [answer(estimator, x.select(places)) for estimator, places in _parts(model)]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total / float(model.n_estimators)
