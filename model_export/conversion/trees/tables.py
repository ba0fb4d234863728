"""The nodes of a tree ensemble as tables: read from the attributes of the operators before ai.onnx.ml 5."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Ints = np.ndarray[tuple[int], np.dtype[np.int64]]
    Floats = np.ndarray[tuple[int], np.dtype[np.float32]]
    Bytes = np.ndarray[tuple[int], np.dtype[np.uint8]]

_MODES: Final = {
    b"BRANCH_LEQ": 0,
    b"BRANCH_LT": 1,
    b"BRANCH_GTE": 2,
    b"BRANCH_GT": 3,
    b"BRANCH_EQ": 4,
    b"BRANCH_NEQ": 5,
}
_LEAF: Final = 255


@dataclass
class Trees:
    """Interior nodes and leaves, each numbered through all trees, as ai.onnx.ml 5 numbers them.

    Parameters
    ----------
    roots : ndarray of shape (n_trees,)
        Interior node that each tree starts with.
    features, modes, splits, missing_true : ndarray of shape (n_nodes,)
        Feature that is compared, comparison, threshold, and whether a missing value goes to the true branch.
    true_ids, true_is_leaf, false_ids, false_is_leaf : ndarray of shape (n_nodes,)
        Where each branch leads: number of a node, or of a leaf.
    leaf_targets, leaf_weights : ndarray of shape (n_leaves,)
        What each leaf adds to which target.
    """

    roots: Ints
    features: Ints
    modes: Bytes
    splits: Floats
    missing_true: Ints
    true_ids: Ints
    true_is_leaf: Ints
    false_ids: Ints
    false_is_leaf: Ints
    leaf_targets: Ints
    leaf_weights: Floats

    def add_constants(self, values: Sequence[float]) -> None:
        """Add a value to each target, as one more tree for each that is not zero.

        ONNX Runtime adds base values after all trees, so the trees stand last to give the same rounding.
        """
        for target, value in enumerate(values):
            if value:
                self._add_constant(target, value)

    def _add_constant(self, target: int, value: float) -> None:
        node, leaf = len(self.features), len(self.leaf_weights)
        self.roots = np.append(self.roots, node)
        self.features = np.append(self.features, 0)
        self.modes = np.append(self.modes, np.uint8(0))
        self.splits = np.append(self.splits, np.float32(0))
        self.missing_true = np.append(self.missing_true, 0)
        self.true_ids, self.false_ids = np.append(self.true_ids, leaf), np.append(self.false_ids, leaf + 1)
        self.true_is_leaf, self.false_is_leaf = np.append(self.true_is_leaf, 1), np.append(self.false_is_leaf, 1)
        self.leaf_targets = np.append(self.leaf_targets, [target, target])
        self.leaf_weights = np.append(self.leaf_weights, np.array([value, value], np.float32))


def read_trees(attributes: Mapping[str, object], weights: str) -> Trees | None:
    """Read the older operators' attributes.

    Parameters
    ----------
    attributes : mapping of str to object
        As ``onnx.helper.get_attribute_value`` gives them.
    weights : {"class", "target"}
        How the attributes of the leaves' weights are named.

    Returns
    -------
    Trees or None
        None where a leaf has more than one weight or none, a tree is a single leaf, or the numbers are doubles.
    """
    if any(name.endswith("_as_tensor") for name in attributes):
        return None
    modes = np.array([_MODES.get(mode, _LEAF) for mode in _texts(attributes, "nodes_modes")], np.uint8)
    leaf_keys = _keys(_ints(attributes, f"{weights}_treeids"), _ints(attributes, f"{weights}_nodeids"))
    trees, leaf = _ints(attributes, "nodes_treeids"), modes == _LEAF
    roots = np.sort(np.unique(trees, return_index=True)[1])
    if len(leaf_keys) != leaf.sum() or len(np.unique(leaf_keys)) != len(leaf_keys) or leaf[roots].any():
        return None
    return _sorted(attributes, weights, modes, roots, leaf_keys)


def _sorted(
    attributes: Mapping[str, object],
    weights: str,
    modes: Bytes,
    roots: Ints,
    leaf_keys: Ints,
) -> Trees:
    """Return inner nodes and leaves, each numbered on their own."""
    leaf = modes == _LEAF
    inner = ~leaf
    trees = _ints(attributes, "nodes_treeids")
    keys = _keys(trees, _ints(attributes, "nodes_nodeids"))
    # Number of each row among the interior nodes, or among the leaves.
    numbers = np.where(leaf, np.cumsum(leaf), np.cumsum(inner)) - 1
    true = _places(keys, _keys(trees, _ints(attributes, "nodes_truenodeids"))[inner])
    false = _places(keys, _keys(trees, _ints(attributes, "nodes_falsenodeids"))[inner])
    order = np.argsort(numbers[_places(keys, leaf_keys)])
    missing = _ints(attributes, "nodes_missing_value_tracks_true")
    return Trees(
        roots=numbers[roots],
        features=_ints(attributes, "nodes_featureids")[inner],
        modes=modes[inner],
        splits=_floats(attributes, "nodes_values")[inner],
        missing_true=missing[inner] if missing.size else np.zeros(inner.sum(), np.int64),
        true_ids=numbers[true],
        true_is_leaf=leaf[true].astype(np.int64),
        false_ids=numbers[false],
        false_is_leaf=leaf[false].astype(np.int64),
        leaf_targets=_ints(attributes, f"{weights}_ids")[order],
        leaf_weights=_floats(attributes, f"{weights}_weights")[order],
    )


def _keys(trees: Ints, nodes: Ints) -> Ints:
    return (trees << 32) + nodes


def _places(keys: Ints, wanted: Ints) -> Ints:
    order = np.argsort(keys)
    return order[np.searchsorted(keys, wanted, sorter=order)]


def _texts(attributes: Mapping[str, object], name: str) -> list[bytes]:
    value = attributes.get(name)
    return value if isinstance(value, list) else []


def _ints(attributes: Mapping[str, object], name: str) -> Ints:
    return np.array(attributes.get(name, []), np.int64)


def _floats(attributes: Mapping[str, object], name: str) -> Floats:
    return np.array(attributes.get(name, []), np.float32)
