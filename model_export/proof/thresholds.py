"""Thresholds of trees: where the answer changes, and where a rounding of the conversion would show."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from model_export.source.model.anatomy import nested_steps, readings
from model_export.source.model.boosting import library_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from model_export.source.model.estimator import Estimator

PER_FEATURE: Final = 8
_IN_DOUBLES: Final = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)
_ZERO_BOUND: Final = 1e-30
"""LightGBM parts zero from other numbers at 1e-35 on both sides, which no data hold."""
STEPS: Final = 50
"""Trees of a forest that are looked at; more would show the same kinds of threshold."""


def at_most(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the largest float32 values that are not above the thresholds.

    Every float32 value is then on the same side of ``value <= threshold`` as it is of the double. Rounded to the
    nearest, half of the thresholds are too high, and the next value above goes the wrong way.

    Parameters
    ----------
    thresholds : ndarray of float64
        Any shape; NaN stays.

    Returns
    -------
    ndarray of float32
        Of the same shape.
    """
    with np.errstate(over="ignore"):
        nearest = thresholds.astype(np.float32)
    below = np.nextafter(nearest, np.float32(-np.inf))
    return np.where(nearest.astype(np.float64) > thresholds, below, nearest)


def beside_thresholds(model: Estimator, names: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Yield values on both sides of thresholds, for the features that trees read as they are.

    The trees of scikit-learn and XGBoost compare float32 numbers, and the graph does likewise: the two neighbours in
    float32 must part. HistGradientBoosting and LightGBM compare doubles; rounded to float32 in the graph, a value
    within one step above a threshold can go the other way, so that the rows stand at the threshold, where values of
    the data often are, and two steps away.

    Parameters
    ----------
    model : Estimator
        Fitted.
    names : sequence of str
        Features in the order of the training data.

    Yields
    ------
    name, value : str and float
        Feature, and a number; at most ``PER_FEATURE`` thresholds of a feature have rows.
    """
    for reading in readings(model, names):
        steps = list(islice(nested_steps(reading.step), STEPS))
        found = [splits for step in steps for splits in _splits(step, reading.position)]
        thresholds = np.unique(np.concatenate([np.empty(0), *found]))
        sizes = np.abs(thresholds)
        thresholds = thresholds[(sizes < np.finfo(np.float32).max) & ((sizes == 0) | (sizes > _ZERO_BOUND))]
        in_doubles = any(isinstance(step, _IN_DOUBLES) or library_of(step) == "lightgbm" for step in steps)
        for threshold in thresholds[:: max(1, -(-len(thresholds) // PER_FEATURE))]:
            low = at_most(np.asarray(threshold))
            values = [threshold, _stepped(low, -2), _stepped(low, 3)] if in_doubles else [low, _stepped(low, 1)]
            for value in values:
                yield reading.feature, float(value)


def _stepped(value: NDArray[np.float32], steps: int) -> NDArray[np.float32]:
    for _ in range(abs(steps)):
        value = np.nextafter(value, np.float32(np.copysign(np.inf, steps)))
    return value


def _splits(step: object, position: int) -> Iterator[NDArray[np.float64]]:
    """Yield the thresholds for one column of a step's input; nothing for a step that is no tree."""
    yield np.empty(0)
    tree = getattr(step, "tree_", None)
    if tree is not None:
        yield tree.threshold[tree.feature == position]
    elif isinstance(step, _IN_DOUBLES):
        for predictors in step._predictors[:STEPS]:  # noqa: SLF001 - there is no public way to the nodes
            for predictor in predictors:
                nodes = predictor.nodes
                yield nodes["num_threshold"][(nodes["feature_idx"] == position) & (nodes["is_leaf"] == 0)]
    elif library_of(step) == "xgboost":
        booster = step.get_booster()  # type: ignore[attr-defined] # an estimator of XGBoost
        table = booster[: min(STEPS, booster.num_boosted_rounds())].trees_to_dataframe()
        name = f"f{position}" if booster.feature_names is None else booster.feature_names[position]
        yield table.loc[table["Feature"] == name, "Split"].dropna().to_numpy(np.float64)
    elif library_of(step) == "lightgbm":
        booster = step.booster_  # type: ignore[attr-defined] # an estimator of LightGBM
        table = booster.trees_to_dataframe()
        name = booster.feature_name()[position]
        yield table.loc[table["split_feature"] == name, "threshold"].dropna().to_numpy(np.float64)
