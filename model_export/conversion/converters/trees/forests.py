"""Decision trees of scikit-learn and their forests.

They round what they read to float32 and compare it with thresholds in double precision, wherever they stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.trees.nodes import Tree, sum_of_trees
from model_export.conversion.graph.table import Table
from model_export.conversion.methods.registry import labels, predictions, probabilities, transforms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor, RandomTreesEmbedding
    from sklearn.tree._tree import Tree as FittedTree

    from model_export.conversion.graph.tensor import Tensor

_CLASSIFIERS = (
    "DecisionTreeClassifier",
    "ExtraTreeClassifier",
    "ExtraTreesClassifier",
    "RandomForestClassifier",
    "imblearn.BalancedRandomForestClassifier",
)
_REGRESSORS = ("DecisionTreeRegressor", "ExtraTreeRegressor", "ExtraTreesRegressor", "RandomForestRegressor")


def tree_of(fitted: FittedTree, values: NDArray[np.float64], target: int = 0) -> Tree:
    """Return the nodes of a ``tree_`` with other values in the leaves.

    Parameters
    ----------
    fitted : Tree
        Of scikit-learn.
    values : ndarray of shape (n_nodes,) or (n_nodes, n_targets)
        What a leaf adds.
    target : int
        That it adds to.
    """
    return Tree(
        true=fitted.children_left,
        false=fitted.children_right,
        is_leaf=fitted.children_left < 0,
        features=fitted.feature,
        thresholds=fitted.threshold,
        missing_true=np.asarray(fitted.missing_go_to_left, np.bool_),
        values=values,
        target=target,
    )


def trees_of(model: RandomForestClassifier) -> Sequence[FittedTree]:
    """Return the trees of a forest, or the one of a decision tree."""
    return [each.tree_ for each in getattr(model, "estimators_", [model])]


def seen(x: Table) -> Tensor:
    """Return what scikit-learn's trees see of a table: doubles that a float32 holds."""
    return x.numbers().rounded()


@probabilities(*_CLASSIFIERS)
def forest_probabilities(model: RandomForestClassifier, x: Table) -> Tensor:
    """Write predict_proba of trees and forests of one label."""
    return _mean(model, x, [(0, int(model.n_classes_))])


@predictions(*_REGRESSORS)
def forest_values(model: RandomForestRegressor, x: Table) -> Tensor:
    """Write predict of trees and forests for one target or several."""
    return _mean(model, x, [(output, 1) for output in range(model.n_outputs_)])


@labels(*_CLASSIFIERS)
def forest_labels(model: RandomForestClassifier, x: Table) -> list[tuple[Tensor | None, Tensor]]:
    """Write the labels of trees and forests that predict several at once, each by its mean probabilities."""
    widths = [int(classes) for classes in model.n_classes_]
    everything = _mean(model, x, list(enumerate(widths)))
    ends = np.cumsum(widths)
    parts = [everything.columns(range(end - width, end)) for width, end in zip(widths, ends, strict=True)]
    return [(part, part.argmax()) for part in parts]


def _mean(model: RandomForestClassifier, x: Table, read: Sequence[tuple[int, int]]) -> Tensor:
    fitted = trees_of(model)
    trees = [
        tree_of(each, np.concatenate([each.value[:, output, :classes] for output, classes in read], axis=1))
        for each in fitted
    ]
    total = sum_of_trees(trees, seen(x), sum(classes for _, classes in read))
    return total / float(len(fitted)) if hasattr(model, "estimators_") else total


@transforms("RandomTreesEmbedding")
def trees_embedding(model: RandomTreesEmbedding, x: Table) -> Table:
    """Write RandomTreesEmbedding: a column for each leaf, 1 where the instance reaches it."""
    fitted = trees_of(model)
    columns = []
    for tree, known in zip(fitted, model.one_hot_encoder_.categories_, strict=True):
        numbered = np.arange(tree.node_count, dtype=np.float64)
        reached = sum_of_trees([tree_of(tree, numbered)], seen(x))
        columns.append(reached.equals(np.asarray(known, np.float64)).cast("double"))
    return Table.of(*columns, sparse=model.sparse_output)
