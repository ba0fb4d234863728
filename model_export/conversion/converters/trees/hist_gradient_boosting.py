"""HistGradientBoostingClassifier and HistGradientBoostingRegressor.

They compare doubles. Categories are codes of their own OrdinalEncoder, which makes NaN of one that it does not know,
and a split by categories is a set of codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.trees.links import class_probabilities, value_of
from model_export.conversion.converters.trees.nodes import AT_MOST, MEMBER, Tree, constant_tree, sum_of_trees
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import predictions, probabilities, scores

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor


@scores("HistGradientBoostingClassifier")
def boosting_scores(model: HistGradientBoostingClassifier, x: Table) -> Tensor:
    """Write HistGradientBoostingClassifier.decision_function."""
    return _raw(model, x)


@probabilities("HistGradientBoostingClassifier")
def boosting_probabilities(model: HistGradientBoostingClassifier, x: Table) -> Tensor:
    """Write HistGradientBoostingClassifier.predict_proba."""
    return class_probabilities(model._loss, _raw(model, x))  # noqa: SLF001 - the only place of the link


@predictions("HistGradientBoostingClassifier")
def boosting_label(model: HistGradientBoostingClassifier, x: Table) -> Tensor:
    """Write HistGradientBoostingClassifier.predict: the links keep the order of the scores."""
    return boosting_probabilities(model, x).argmax()


@predictions("HistGradientBoostingRegressor")
def boosting_value(model: HistGradientBoostingRegressor, x: Table) -> Tensor:
    """Write HistGradientBoostingRegressor.predict."""
    return value_of(model._loss, _raw(model, x))  # noqa: SLF001 - likewise


def _raw(model: HistGradientBoostingRegressor, x: Table) -> Tensor:
    if model._preprocessor is not None:  # noqa: SLF001 - encodes categories, and puts them first
        x = dispatch.transform(model._preprocessor, x)  # noqa: SLF001 - likewise
    base = np.ravel(model._baseline_prediction)  # noqa: SLF001 - what the sum starts with
    trees = [constant_tree(float(value), target) for target, value in enumerate(base)]
    for iteration in model._predictors:  # noqa: SLF001 - there is no public way to the nodes
        trees += [_tree(each, target) for target, each in enumerate(iteration)]
    return sum_of_trees(trees, x.numbers(), len(base))


def _tree(predictor: TreePredictor, target: int) -> Tree:
    nodes = predictor.nodes
    by_category = (nodes["is_categorical"] == 1) & (nodes["is_leaf"] == 0)
    bitsets = predictor.raw_left_cat_bitsets
    members = {int(node): _codes(bitsets[nodes[node]["bitset_idx"]]) for node in np.flatnonzero(by_category)}
    return Tree(
        true=nodes["left"].astype(np.int64),
        false=nodes["right"].astype(np.int64),
        is_leaf=nodes["is_leaf"].astype(np.bool_),
        features=nodes["feature_idx"].astype(np.int64),
        thresholds=nodes["num_threshold"].astype(np.float64),
        missing_true=nodes["missing_go_to_left"].astype(np.bool_),
        values=nodes["value"].astype(np.float64),
        target=target,
        modes=np.where(by_category, MEMBER, AT_MOST),
        members=members,
    )


def _codes(bitset: NDArray[np.uint32]) -> list[int]:
    """Return the places of the bits that are set, in words of 32 bits."""
    return [code for code in range(len(bitset) * 32) if int(bitset[code // 32]) >> (code % 32) & 1]
