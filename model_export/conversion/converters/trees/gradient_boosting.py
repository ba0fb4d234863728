"""GradientBoostingClassifier and GradientBoostingRegressor.

Their trees see float32 and add doubles: first what the initial estimator answers, then the trees in their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.trees.forests import seen, tree_of
from model_export.conversion.converters.trees.links import class_probabilities, inside, raw_of
from model_export.conversion.converters.trees.nodes import constant_tree, sum_of_trees
from model_export.conversion.graph.table import Table
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import predictions, probabilities, scores

if TYPE_CHECKING:
    from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor

    from model_export.conversion.graph.tensor import Tensor

_CONSTANT = ("DummyClassifier", "DummyRegressor", "str")
"""Initial estimators that answer alike for all rows; the text is ``init="zero"``."""


@scores("GradientBoostingClassifier")
def boosting_scores(model: GradientBoostingClassifier, x: Table) -> Tensor:
    """Write GradientBoostingClassifier.decision_function."""
    return _raw(model, x)


@probabilities("GradientBoostingClassifier")
def boosting_probabilities(model: GradientBoostingClassifier, x: Table) -> Tensor:
    """Write GradientBoostingClassifier.predict_proba."""
    return class_probabilities(model._loss, _raw(model, x))  # noqa: SLF001 - the only place of the link


@predictions("GradientBoostingClassifier")
def boosting_label(model: GradientBoostingClassifier, x: Table) -> Tensor:
    """Write GradientBoostingClassifier.predict, for which a score of zero is the second class."""
    raw = _raw(model, x)
    return (raw >= 0.0).cast("int64").reshape([-1]) if raw.width == 1 else raw.argmax()


@predictions("GradientBoostingRegressor")
def boosting_value(model: GradientBoostingRegressor, x: Table) -> Tensor:
    """Write GradientBoostingRegressor.predict."""
    return _raw(model, x)


def _raw(model: GradientBoostingRegressor, x: Table) -> Tensor:
    numbers = seen(x)
    targets = model.estimators_.shape[1]
    trees = [
        tree_of(each.tree_, model.learning_rate * each.tree_.value[:, 0, 0], target)
        for stage in model.estimators_
        for target, each in enumerate(stage)
    ]
    if type(model.init_).__name__ in _CONSTANT:
        row = np.zeros((1, model.n_features_in_), np.float32)
        start = model._raw_predict_init(row)[0]  # noqa: SLF001 - the constant, as the original has it
        trees = [*(constant_tree(value, target) for target, value in enumerate(start)), *trees]
        return sum_of_trees(trees, numbers, targets)
    return _start(model, Table.of(numbers)) + sum_of_trees(trees, numbers, targets)


def _start(model: GradientBoostingRegressor, x: Table) -> Tensor:
    """Write what the initial estimator answers, as a raw score."""
    if not hasattr(model, "classes_"):
        return raw_of(model._loss, dispatch.predict(model.init_, x))  # noqa: SLF001 - likewise
    shares = dispatch.predict_proba(model.init_, x)
    return raw_of(model._loss, inside(shares if model._loss.is_multiclass else shares.column(1)))  # noqa: SLF001 - likewise
