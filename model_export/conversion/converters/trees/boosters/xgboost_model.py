"""An XGBoost model as its own JSON describes it [1]_: trees, what their sum starts with, and categories.

References
----------
.. [1] https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from model_export.conversion.converters.trees.nodes import BELOW, MEMBER, Tree
from model_export.conversion.graph.refusal import Refusal
from model_export.source.model.boosting import support

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from xgboost import XGBModel

_KEEPS_LETTERS: Final = (3, 4)
"""First version of XGBoost that was seen to keep categories with letters beyond ASCII: 3.2 mixes them up."""
_LOGISTIC: Final = ("binary:logistic", "reg:logistic", "binary:logitraw")
_LOGARITHMIC: Final = ("count:poisson", "reg:gamma", "reg:tweedie", "survival:")


@dataclass(frozen=True)
class Saved:
    """What the answers of a model are made of.

    Parameters
    ----------
    objective : str
        Such as ``binary:logistic``.
    start : ndarray of float32, shape (n_groups,)
        What the sum of each class or target starts with.
    trees : list of Tree
        Weights of dropped trees included; empty for a linear booster.
    weights : ndarray of float32, shape (n_features + 1, n_groups), optional
        Of a linear booster, the intercepts last.
    categories : dict of int to sequence
        For each column of categories the texts or numbers, in the order of their codes; empty where the column
        holds codes already.
    """

    objective: str
    start: NDArray[np.float32]
    trees: list[Tree]
    weights: NDArray[np.float32] | None
    categories: dict[int, Sequence[str | float]]


def read_model(model: XGBModel) -> Saved:
    """Read a fitted estimator of XGBoost.

    Raises
    ------
    UnsupportedModel
        A leaf has a value for each target.
    """
    booster = model.get_booster()
    learner: dict[str, Any] = json.loads(booster.save_raw("json"))["learner"]
    objective: str = learner["objective"]["name"]
    made = learner["gradient_booster"]
    parameters = learner["learner_model_param"]
    groups = max(int(parameters["num_class"]), int(parameters.get("num_target", 1)), 1)
    start = _margins(objective, parameters["base_score"], groups)
    if made["name"] == "gblinear":
        weights = np.array(made["model"]["weights"], np.float32).reshape(-1, groups)
        # XGBoost 3 starts each class of a linear booster with the base score of the first.
        return Saved(objective, np.full_like(start, start[0]), [], weights, {})
    drops: Sequence[float] | None = made.get("weight_drop") or made.get("model", {}).get("weight_drop")
    trees = made["gbtree"]["model"] if "gbtree" in made else made["model"]
    categories = support("xgboost").saved_categories(learner)
    _refuse_mixed_up(model, categories)
    read = []
    for number in range(_used(model, trees)):
        tree = trees["trees"][number]
        if int(tree["tree_param"]["size_leaf_vector"]) > 1:
            raise Refusal.of(
                model, "its leaves have a value for each target", "Fit with multi_strategy='one_output_per_tree'"
            )
        read.append(_tree(tree, int(trees["tree_info"][number]), 1.0 if drops is None else drops[number]))
    return Saved(objective, start, read, None, categories)


def _used(model: XGBModel, trees: dict[str, Any]) -> int:
    """Return how many trees predict: those up to the best iteration, where fitting stopped early."""
    count = len(trees["trees"])
    _, end = model._get_iteration_range(None)  # noqa: SLF001 - what predict asks
    starts = trees.get("iteration_indptr")
    if not end or not starts:
        return count
    return int(starts[min(end, len(starts) - 1)])


def _margins(objective: str, base_score: str, groups: int) -> NDArray[np.float32]:
    given = np.array([float(each) for each in base_score.strip("[]").split(",")], np.float32)
    base = np.broadcast_to(given, (groups,)).astype(np.float32)
    if objective in _LOGISTIC:
        return np.asarray(-np.log(np.float32(1) / base - np.float32(1)), np.float32)
    return np.log(base) if objective.startswith(_LOGARITHMIC) else base


def _refuse_mixed_up(model: XGBModel, categories: Mapping[int, Sequence[object]]) -> None:
    installed = str(import_module("xgboost").__version__)
    if tuple(map(int, installed.split(".")[:2])) >= _KEEPS_LETTERS:
        return
    if any(isinstance(text, str) and not text.isascii() for texts in categories.values() for text in texts):
        raise Refusal.of(
            model,
            f"XGBoost {installed} mixes up categories with letters beyond ASCII",
            "Fit with XGBoost 3.4 or later, or write the categories in ASCII",
        )


def _tree(tree: dict[str, Any], group: int, weight: float) -> Tree:
    left = np.array(tree["left_children"], np.int64)
    right = np.array(tree["right_children"], np.int64)
    default_left = np.array(tree["default_left"], np.bool_)
    conditions = np.array(tree["split_conditions"], np.float32)
    by_category = np.array(tree.get("split_type", np.zeros(len(left))), np.int64) == 1
    leaf = left < 0
    members = {
        int(node): sorted(tree["categories"][start : start + size])
        for node, start, size in zip(
            tree.get("categories_nodes", ()),
            tree.get("categories_segments", ()),
            tree.get("categories_sizes", ()),
            strict=True,
        )
    }
    return Tree(
        # The set of a split holds the categories that go right.
        true=np.where(by_category, right, left),
        false=np.where(by_category, left, right),
        is_leaf=leaf,
        features=np.array(tree["split_indices"], np.int64),
        thresholds=conditions.astype(np.float64),
        missing_true=np.where(by_category, ~default_left, default_left),
        values=(conditions * np.float32(weight)).astype(np.float64),
        target=group,
        modes=np.where(by_category & ~leaf, MEMBER, BELOW),
        members=members,
    )
