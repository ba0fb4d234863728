"""The seams of fitted steps: column of the step's own input, and value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.isotonic import IsotonicRegression
from sklearn.naive_bayes import BernoulliNB
from sklearn.preprocessing import (
    Binarizer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    SplineTransformer,
)

from model_export.proof.hunt.places import has_trees
from model_export.source.model.boosting import library_of, support

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Column = np.ndarray[Any, np.dtype[np.float64]]

_TREES_READ = 40
"""Trees of an ensemble whose nodes are read; the others have seams alike."""


@dataclass(frozen=True)
class Seam:
    """One seam of a step.

    Parameters
    ----------
    column : int
        Of the step's input.
    value : float
        Where the step changes its form.
    is_single : bool
        Whether the step compares its input after rounding it to float32.
    tree, node : object, int
        The tree and node of a split, by which rows are found that get there; None and -1 for other seams.
    """

    column: int
    value: float
    is_single: bool = False
    tree: Any = None
    node: int = -1


def seams_of(step: object) -> Iterator[Seam]:
    """Yield the seams of a fitted step; steps that are smooth everywhere have none.

    A split of missing values from all others, and the one bin of a constant, end at infinity, which no request reaches.
    """
    return (seam for seam in _read(step) if math.isfinite(seam.value))


def _read(step: object) -> Iterator[Seam]:
    if hasattr(step, "tree_") or has_trees(step):
        yield from _of_trees(step)
    for kind, read in _READERS.items():
        if isinstance(step, kind):
            yield from read(step)
    yield from _of_missing_mark(step)
    if library_of(step):
        for column, value in support(library_of(step)).splits_of(step):
            yield Seam(column, value, is_single=library_of(step) == "xgboost")


def _of_missing_mark(step: Any) -> Iterator[Seam]:  # noqa: ANN401 - an imputer or a model of XGBoost, among others
    """Yield the number that a step takes for a missing value, such as -999, in each column."""
    mark = getattr(step, "missing_values", getattr(step, "missing", None))
    if isinstance(mark, (int, float)):
        yield from _columns([[mark]] * step.n_features_in_)


def _of_trees(step: Any) -> Iterator[Seam]:  # noqa: ANN401 - a tree or an ensemble of trees
    parts = [step] if hasattr(step, "tree_") else list(np.asarray(step.estimators_, dtype=object).ravel())
    features = getattr(step, "estimators_features_", None)
    for place, part in enumerate(parts[:_TREES_READ]):
        tree = part.tree_
        for node in np.flatnonzero(tree.children_left >= 0):
            column = int(tree.feature[node])
            if features is not None:
                column = int(features[place][column])
            yield Seam(column, float(tree.threshold[node]), is_single=True, tree=part, node=int(node))


def _of_histogram(step: Any) -> Iterator[Seam]:  # noqa: ANN401 - HistGradientBoosting
    # Its trees read the categorical features before the others.
    categorical = step.is_categorical_
    columns = range(step.n_features_in_) if categorical is None else np.argsort(~categorical, kind="stable")
    for predictors in step._predictors[:_TREES_READ]:  # noqa: SLF001 - the trees have no public name
        for predictor in predictors:
            for node in predictor.nodes[~predictor.nodes["is_leaf"].astype(bool)]:
                if not node["is_categorical"]:
                    yield Seam(int(columns[node["feature_idx"]]), float(node["num_threshold"]))


def _columns(values: Any) -> Iterator[Seam]:  # noqa: ANN401 - a sequence of values for each column
    for column, each in enumerate(values):
        for value in np.unique(np.asarray(each, dtype=np.float64)):
            yield Seam(column, float(value))


def _of_clip(lows: Any, highs: Any) -> Iterator[Seam]:  # noqa: ANN401 - arrays
    yield from _columns(np.column_stack([lows, highs]))


_READERS: dict[type | tuple[type, ...], Callable[[Any], Iterator[Seam]]] = {
    (HistGradientBoostingClassifier, HistGradientBoostingRegressor): _of_histogram,
    IsotonicRegression: lambda step: _columns([step.X_thresholds_]),
    KBinsDiscretizer: lambda step: _columns(step.bin_edges_),
    Binarizer: lambda step: _columns([[step.threshold]] * step.n_features_in_),
    BernoulliNB: lambda step: _columns([[] if step.binarize is None else [step.binarize]] * step.n_features_in_),
    MinMaxScaler: lambda step: _of_clip(step.data_min_, step.data_max_),
    MaxAbsScaler: lambda step: _of_clip(-step.max_abs_, step.max_abs_),
    PowerTransformer: lambda step: _columns([[0.0]] * step.n_features_in_),
    QuantileTransformer: lambda step: _columns(step.quantiles_[[0, 1, -2, -1]].T),
    SplineTransformer: lambda step: _columns([spline.t for spline in step.bsplines_]),
}
