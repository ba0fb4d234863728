"""The nodes of trees, and the operator TreeEnsemble of ai.onnx.ml 5 that walks through them [1]_.

The operator takes doubles, adds the leaves of one target in the order of the trees, and tells membership in a set:
ONNX Runtime 1.31 was seen to do all three. It takes no tree that is a single leaf, and no node that two nodes share.

References
----------
.. [1] https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from onnx import numpy_helper

from model_export.conversion.graph.tensor import ML, Tensor, gather

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from model_export.conversion.graph.graph import Attribute

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

AT_MOST: Final = 0
"""The branch for true takes values at most as great as the threshold."""
BELOW: Final = 1
"""It takes values below the threshold."""
MEMBER: Final = 6
"""It takes the values of a set; they must be whole numbers from 0 on, or NaN."""

_SUM: Final = 1


@dataclass(frozen=True)
class Tree:
    """One tree, its nodes numbered from the root, 0.

    Parameters
    ----------
    true, false : ndarray of int, shape (n_nodes,)
        Node that each branch leads to; what stands there for a leaf is not read.
    is_leaf : ndarray of bool, shape (n_nodes,)
        Which nodes are leaves.
    features : ndarray of int, shape (n_nodes,)
        Column that an inner node compares.
    thresholds : ndarray of float, shape (n_nodes,)
        What it is compared with.
    missing_true : ndarray of bool, shape (n_nodes,)
        Whether NaN takes the branch for true.
    values : ndarray of float, shape (n_nodes,) or (n_nodes, n_targets)
        What each leaf adds: to the tree's target, or to each.
    target : int
        That it adds to, where a leaf has one value.
    modes : ndarray of int, shape (n_nodes,), optional
        How an inner node compares; by default all are ``AT_MOST``.
    members : mapping of int to sequence of int
        The set of each inner node of the mode ``MEMBER``.
    """

    true: Ints
    false: Ints
    is_leaf: NDArray[np.bool_]
    features: Ints
    thresholds: Floats
    missing_true: NDArray[np.bool_]
    values: Floats
    target: int = 0
    modes: Ints | None = None
    members: Mapping[int, Sequence[int]] = field(default_factory=dict)


def constant_tree(value: float, target: int = 0) -> Tree:
    """Return a tree of one leaf."""
    zeros = np.zeros(1, np.int64)
    no = np.zeros(1, np.bool_)
    return Tree(zeros, zeros, ~no, zeros, np.zeros(1), no, np.array([value], np.float64), target)


def with_features(tree: Tree, columns: Sequence[int] | Ints) -> Tree:
    """Return a tree that was fitted on some columns of a table, as one that reads the table."""
    # A leaf reads no feature, and scikit-learn says so by a negative one.
    return replace(tree, features=np.asarray(columns)[np.where(tree.is_leaf, 0, tree.features)])


def sum_of_trees(trees: Sequence[Tree], x: Tensor, n_targets: int = 1) -> Tensor:
    """Write trees and the sum of their leaves, in their order.

    Parameters
    ----------
    trees : sequence of Tree
        With one value for each leaf, or all with one for each target.
    x : Tensor
        Of doubles or of float32: in which thresholds are compared and leaves are added.
    n_targets : int
        Columns of the sum.

    Returns
    -------
    Tensor
        Of shape (n_instances, n_targets).
    """
    if trees[0].values.ndim == 1:
        return _ensemble(trees, x, n_targets)
    if n_targets == 1:
        return _ensemble([replace(tree, values=tree.values[:, 0], target=0) for tree in trees], x, 1)
    places, table = leaf_places(trees, x)
    rows = gather(x.like(table), places, n_targets)
    return rows.op("ReduceSum", x.like([1], "int64"), width=n_targets, keepdims=0)


def leaf_places(trees: Sequence[Tree], x: Tensor) -> tuple[Tensor, Floats]:
    """Write which leaf of each tree an instance reaches.

    Returns
    -------
    places : Tensor
        Rows of the table, of shape (n_instances, n_trees).
    table : ndarray of shape (n_rows, n_targets)
        The values of the leaves, equal ones once.
    """
    leaves = np.concatenate([tree.values[tree.is_leaf] for tree in trees])
    table, rows = np.unique(leaves, axis=0, return_inverse=True)
    ends = np.cumsum([int(tree.is_leaf.sum()) for tree in trees])
    numbered = []
    for place, (tree, found) in enumerate(zip(trees, np.split(rows.ravel(), ends[:-1]), strict=True)):
        values = np.zeros(len(tree.is_leaf))
        values[tree.is_leaf] = found
        numbered.append(replace(tree, values=values, target=place))
    return _ensemble(numbered, x, len(trees)).cast("int64"), table


def _ensemble(trees: Sequence[Tree], x: Tensor, n_targets: int) -> Tensor:
    dtype = np.float64 if x.kind == "double" else np.float32
    parts = [_Part.of(tree) for tree in trees]
    node_starts = np.cumsum([0, *(len(part.features) for part in parts)])[:-1].tolist()
    leaf_starts = np.cumsum([0, *(len(part.weights) for part in parts)])[:-1].tolist()
    starts = list(zip(parts, node_starts, leaf_starts, strict=True))
    attributes: dict[str, Attribute] = {
        "n_targets": n_targets,
        "aggregate_function": _SUM,
        "post_transform": 0,
        "tree_roots": node_starts,
        "nodes_featureids": _ints([part.features for part in parts]),
        "nodes_truenodeids": _ints([part.true + np.where(part.true_leaf, leaf, node) for part, node, leaf in starts]),
        "nodes_trueleafs": _ints([part.true_leaf for part in parts]),
        "nodes_falsenodeids": _ints(
            [part.false + np.where(part.false_leaf, leaf, node) for part, node, leaf in starts]
        ),
        "nodes_falseleafs": _ints([part.false_leaf for part in parts]),
        "leaf_targetids": _ints([np.full(len(part.weights), part.target) for part in parts]),
    }
    missing = _ints([part.missing_true for part in parts])
    if any(missing):
        attributes["nodes_missing_value_tracks_true"] = missing
    tensors = {
        "nodes_modes": np.concatenate([part.modes for part in parts]).astype(np.uint8),
        "nodes_splits": np.concatenate([part.thresholds for part in parts]).astype(dtype),
        "leaf_weights": np.concatenate([part.weights for part in parts]).astype(dtype),
    }
    if members := [member for part in parts for member in part.members]:
        tensors["membership_values"] = np.array(members, dtype)
    attributes |= {name: numpy_helper.from_array(values) for name, values in tensors.items()}
    (name,) = x.graph.node("TreeEnsemble", [x.name], domain=ML, attributes=attributes)
    return Tensor(x.graph, name, x.kind, n_targets)


@dataclass(frozen=True)
class _Part:
    """The inner nodes and the leaves of one tree, each numbered from 0 as the operator wants them."""

    features: Ints
    thresholds: Floats
    modes: Ints
    missing_true: NDArray[np.bool_]
    true: Ints
    true_leaf: NDArray[np.bool_]
    false: Ints
    false_leaf: NDArray[np.bool_]
    weights: Floats
    target: int
    members: list[float]

    @classmethod
    def of(cls, tree: Tree) -> _Part:
        leaf = tree.is_leaf
        if leaf[0]:
            return cls._single(float(tree.values[0]), tree.target)
        inner = ~leaf
        numbers = np.where(leaf, np.cumsum(leaf), np.cumsum(inner)) - 1
        modes = np.zeros(len(leaf), np.int64) if tree.modes is None else tree.modes.copy()
        thresholds = tree.thresholds.copy()
        members: list[float] = []
        for node in np.flatnonzero(inner & (modes == MEMBER)):
            if tree.members[int(node)]:
                members += [*map(float, tree.members[int(node)]), float("nan")]
            else:  # the operator takes no empty set; only NaN can take the branch for true
                modes[node], thresholds[node] = AT_MOST, -np.inf
        true, false = tree.true[inner], tree.false[inner]
        return cls(
            features=tree.features[inner],
            thresholds=thresholds[inner],
            modes=modes[inner],
            missing_true=tree.missing_true[inner],
            true=numbers[true],
            true_leaf=leaf[true],
            false=numbers[false],
            false_leaf=leaf[false],
            weights=tree.values[leaf],
            target=tree.target,
            members=members,
        )

    @classmethod
    def _single(cls, value: float, target: int) -> _Part:
        """Return one node whose branches both lead to the only leaf."""
        zero, one = np.zeros(1, np.int64), np.ones(1, np.bool_)
        return cls(
            features=zero,
            thresholds=np.zeros(1),
            modes=zero,
            missing_true=~one,
            true=zero,
            true_leaf=one,
            false=zero,
            false_leaf=one,
            weights=np.array([value]),
            target=target,
            members=[],
        )


def _ints(parts: Sequence[NDArray[np.generic]]) -> list[int]:
    found: list[int] = np.concatenate(parts).astype(np.int64).tolist()
    return found
