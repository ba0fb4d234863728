"""AdaBoostClassifier and AdaBoostRegressor; decision trees become one ensemble of trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.trees.forests import seen, tree_of
from model_export.conversion.converters.trees.nodes import sum_of_trees
from model_export.conversion.formulas.classes import indicator, places_among, translated
from model_export.conversion.formulas.functions import softmax
from model_export.conversion.formulas.nearest import nearest
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.tensor import concat, gather
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import predictions, probabilities, scores

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.base import BaseEstimator
    from sklearn.ensemble import AdaBoostClassifier, AdaBoostRegressor

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor

_CLASSIFIER_TREES = {"DecisionTreeClassifier", "ExtraTreeClassifier"}
_REGRESSOR_TREES = {"DecisionTreeRegressor", "ExtraTreeRegressor"}
_BINARY = 2


@scores("AdaBoostClassifier")
def boosting_scores(model: AdaBoostClassifier, x: Table) -> Tensor:
    """Write AdaBoostClassifier.decision_function.

    An estimator gives its weight to its class and takes it, in equal parts, from the others; with two classes the
    sums of both are opposite numbers.
    """
    classes = len(model.classes_)
    if classes < _BINARY:
        raise Refusal.of(model, "it has one class", "Fit on two classes or more")
    votes = np.eye(classes) + (np.eye(classes) - 1.0) / (classes - 1)
    if classes == _BINARY:
        votes = votes[:, 1:]
    return _votes(model, x, votes) / float(model.estimator_weights_.sum()) * (2.0 if classes == _BINARY else 1.0)


def _votes(model: AdaBoostClassifier, x: Table, votes: NDArray[np.float64]) -> Tensor:
    """Return the weighted sum of the rows of ``votes`` that belong to the estimators' labels."""
    pairs = list(zip(model.estimators_, model.estimator_weights_, strict=False))
    if all(type(each).__name__ in _CLASSIFIER_TREES for each, _ in pairs):
        trees = [tree_of(each.tree_, votes[_labels(model, each)] * weight) for each, weight in pairs]
        return sum_of_trees(trees, seen(x), votes.shape[1])
    total: Tensor | None = None
    for each, weight in pairs:
        labels = translated(dispatch.predict(each, x), places_among(each.classes_, model.classes_))
        vote = indicator(labels, len(votes)).matmul(votes * weight)
        total = vote if total is None else total + vote
    assert total is not None  # noqa: S101 - fit keeps at least one estimator
    return total


def _labels(model: AdaBoostClassifier, tree: BaseEstimator) -> NDArray[np.int64]:
    """Return the place of the label of each node of a tree."""
    places = np.asarray(places_among(tree.classes_, model.classes_))
    labels: NDArray[np.int64] = places[tree.tree_.value[:, 0, : len(places)].argmax(axis=1)]
    return labels


@probabilities("AdaBoostClassifier")
def boosting_probabilities(model: AdaBoostClassifier, x: Table) -> Tensor:
    """Write AdaBoostClassifier.predict_proba."""
    decision = boosting_scores(model, x)
    if decision.width == 1:
        return softmax(concat([-decision, decision]) / 2.0)
    return softmax(decision / float(decision.width - 1))


@predictions("AdaBoostClassifier")
def boosting_label(model: AdaBoostClassifier, x: Table) -> Tensor:
    """Write AdaBoostClassifier.predict: the softmax keeps the order of the scores."""
    return boosting_probabilities(model, x).argmax()


@predictions("AdaBoostRegressor")
def boosting_value(model: AdaBoostRegressor, x: Table) -> Tensor:
    """Write AdaBoostRegressor.predict: the median of the estimators by their weights."""
    answers = _answers(model, x)
    count = len(model.estimators_)
    ranked, places = nearest(answers, count)
    weights = gather(answers.like(model.estimator_weights_[:count]), places, count)
    passed = weights.op("CumSum", answers.like(1, "int64"), width=count)
    enough = passed >= passed.column(count - 1) * 0.5
    first = enough.cast("int64").argmax().reshape([-1, 1])
    return ranked.op("GatherElements", first, width=1, axis=1)


def _answers(model: AdaBoostRegressor, x: Table) -> Tensor:
    if all(type(each).__name__ in _REGRESSOR_TREES for each in model.estimators_):
        trees = [tree_of(each.tree_, each.tree_.value[:, 0, 0], place) for place, each in enumerate(model.estimators_)]
        return sum_of_trees(trees, seen(x), len(trees))
    return concat([dispatch.predict(each, x) for each in model.estimators_])
