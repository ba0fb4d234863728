"""A LightGBM model as its own text describes it: trees, objective and categories.

Numbers stand there with 17 digits, so that doubles come back as they were.

References
----------
.. [1] https://github.com/microsoft/LightGBM/blob/v4.6.0/include/LightGBM/tree.h: how a tree decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from model_export.conversion.converters.trees.nodes import AT_MOST, MEMBER, Tree
from model_export.source.model.boosting import support

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lightgbm import LGBMModel
    from numpy.typing import NDArray

    Kind = TypeVar("Kind", np.int64, np.float64, np.bool_)

_BY_CATEGORY: Final = 1
_DEFAULT_LEFT: Final = 2
_ZERO_IS_MISSING: Final = 1
NEARLY_ZERO: Final = float(np.float32(1e-35))
"""Up to which LightGBM takes a number for zero."""


@dataclass(frozen=True)
class Leaves:
    """The linear models in the leaves of one tree.

    Parameters
    ----------
    constants : ndarray of shape (n_leaves,)
        What a model starts with.
    coefficients : ndarray of shape (n_leaves, n_features)
        What it multiplies each column with.
    reads : ndarray of bool, shape (n_leaves, n_features)
        Which columns it reads; where one is missing, the plain value of the leaf is the answer.
    """

    constants: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    reads: NDArray[np.bool_]


@dataclass(frozen=True)
class Saved:
    """What the answers of a model are made of.

    Parameters
    ----------
    objective : str
        Its name and parameters, such as ``binary sigmoid:1``; empty for one of the user's own.
    groups : int
        Trees of each iteration: the classes, or 1.
    trees : list of Tree
        In their order.
    linear : list of Leaves
        One for each tree, or none.
    averages : bool
        Whether the sum is divided by the number of iterations.
    zero_is_missing : frozenset of int
        Columns in which a zero goes where missing values go.
    categories : dict of int to sequence
        For each column of categories the values, in the order of their codes; empty where the column holds codes.
    """

    objective: str
    groups: int
    trees: list[Tree]
    linear: list[Leaves]
    averages: bool
    zero_is_missing: frozenset[int]
    categories: dict[int, Sequence[object]]


def read_model(model: LGBMModel) -> Saved:
    """Read a fitted estimator of LightGBM, up to its best iteration."""
    text: str = model.booster_.model_to_string()
    head, *blocks = re.split(r"\n(?=Tree=\d+\n)", text.split("\nend of trees", maxsplit=1)[0])
    general = _members(head)
    groups = int(general["num_tree_per_iteration"])
    features = int(general["max_feature_idx"]) + 1
    trees, linear = [], []
    zeros: set[int] = set()
    for number, block in enumerate(blocks):
        members = _members(block)
        trees.append(_tree(members, number % groups, zeros))
        if members.get("is_linear") == "1":
            linear.append(_leaves(members, features))
    return Saved(
        objective=general.get("objective", ""),
        groups=groups,
        trees=trees,
        linear=linear,
        averages="average_output" in head.splitlines(),
        zero_is_missing=frozenset(zeros),
        categories=_categories(model, trees),
    )


def _members(block: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in block.splitlines())
    return {name: value for name, found, value in pairs if found}


def _floats(members: Mapping[str, str], name: str) -> NDArray[np.float64]:
    return np.array(members.get(name, "").split(), np.float64)


def _ints(members: Mapping[str, str], name: str) -> NDArray[np.int64]:
    return np.array(members.get(name, "").split(), np.float64).astype(np.int64)


def _tree(members: Mapping[str, str], group: int, zeros: set[int]) -> Tree:
    """Return a tree; inner nodes come first, and the leaves, which LightGBM counts from -1 down, after them."""
    leaves = _floats(members, "leaf_value")
    inner = len(leaves) - 1
    features, decisions = _ints(members, "split_feature"), _ints(members, "decision_type")
    thresholds = _floats(members, "threshold")
    children = [_ints(members, name) for name in ("left_child", "right_child")]
    left, right = (np.where(child < 0, inner - 1 - child, child) for child in children)
    by_category = decisions & _BY_CATEGORY > 0
    splits = np.where(by_category, 0.0, _off_zero(thresholds))
    missing = decisions >> 2 & 3
    zeros.update(int(feature) for feature in features[(missing == _ZERO_IS_MISSING) & ~by_category])
    # Where NaN is no missing value, LightGBM takes it for zero; in the set of a split it never is.
    goes_left = np.where(missing > 0, decisions & _DEFAULT_LEFT > 0, thresholds >= 0)
    return Tree(
        true=_padded(left, len(leaves)),
        false=_padded(right, len(leaves)),
        is_leaf=np.arange(inner + len(leaves)) >= inner,
        features=_padded(features, len(leaves)),
        thresholds=_padded(splits, len(leaves)),
        missing_true=_padded(goes_left & ~by_category, len(leaves)),
        values=np.concatenate([np.zeros(inner), leaves]),
        target=group,
        modes=_padded(np.where(by_category, MEMBER, AT_MOST), len(leaves)),
        members=dict(_sets(members, np.flatnonzero(by_category), thresholds)),
    )


def _off_zero(thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return thresholds that part numbers next to zero as LightGBM does, which takes them for zero."""
    above = np.where((thresholds >= 0) & (thresholds < NEARLY_ZERO), NEARLY_ZERO, thresholds)
    return np.where((above < 0) & (above >= -NEARLY_ZERO), np.nextafter(-NEARLY_ZERO, -np.inf), above)


def _padded(values: NDArray[Kind], count: int) -> NDArray[Kind]:
    return np.concatenate([values, np.zeros(count, values.dtype)])


def _sets(
    members: Mapping[str, str], nodes: NDArray[np.int64], thresholds: NDArray[np.float64]
) -> Iterator[tuple[int, list[int]]]:
    """Yield for each split by categories the codes that go left, kept as bits of words of 32."""
    starts, words = _ints(members, "cat_boundaries"), _ints(members, "cat_threshold")
    for node in nodes:
        place = int(thresholds[node])
        bits = words[starts[place] : starts[place + 1]]
        yield int(node), [code for code in range(len(bits) * 32) if int(bits[code // 32]) >> (code % 32) & 1]


def _leaves(members: Mapping[str, str], features: int) -> Leaves:
    constants = _floats(members, "leaf_const")
    counts = _ints(members, "num_features")
    coefficients = np.zeros((len(constants), features))
    reads = np.zeros((len(constants), features), np.bool_)
    rows = np.repeat(np.arange(len(counts)), counts)
    columns = _ints(members, "leaf_features")
    coefficients[rows, columns] = _floats(members, "leaf_coeff")
    reads[rows, columns] = True
    return Leaves(constants, coefficients, reads)


def _categories(model: LGBMModel, trees: Sequence[Tree]) -> dict[int, Sequence[object]]:
    """Return the columns of categories, with the values of pandas that their codes mean."""
    split = {int(tree.features[node]) for tree in trees for node in tree.members}
    known: dict[int, Sequence[object]] = support("lightgbm").categories_of(model)
    return dict.fromkeys(sorted(split), ()) | known
