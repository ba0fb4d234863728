"""Piecewise linear interpolation in doubles, as ``numpy.interp`` and isotonic functions do it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.functions import clip
from model_export.conversion.graph.tensor import gather, where

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.isotonic import IsotonicRegression

    from model_export.conversion.graph.tensor import Tensor


def interpolate(x: Tensor, knots: NDArray[np.float64], values: NDArray[np.float64]) -> Tensor:
    """Return values between knots on straight lines, and beyond the first and last knot theirs; NaN stays.

    Parameters
    ----------
    x : Tensor
        Of shape (n_instances, 1).
    knots : ndarray of shape (n_knots,)
        Ascending; equal ones may follow one another, and the last of them counts.
    values : ndarray of shape (n_knots,)
        At the knots.
    """
    knots, values = np.asarray(knots, np.float64), np.asarray(values, np.float64)
    place = segment(x, knots)
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = np.append(np.diff(values) / np.diff(knots), 0.0)
    slopes[~np.isfinite(slopes)] = 0.0  # of equal knots, where no number lies between
    low = gather(x.like(knots[:, None]), place, 1)
    start = gather(x.like(values[:, None]), place, 1)
    inside = gather(x.like(slopes[:, None]), place, 1) * (x - low) + start
    inside = where(x <= knots[0], x.like([[values[0]]]), inside)
    return where(x >= knots[-1], x.like([[values[-1]]]), inside)


def segment(x: Tensor, knots: NDArray[np.float64]) -> Tensor:
    """Return the place of the last knot that is at most ``x``, and 0 below all; of shape (n_instances,)."""
    passed = (x >= np.asarray(knots, np.float64)[None, :]).cast("double").sum() - 1.0
    return clip(passed, 0.0, float(len(knots) - 1)).cast("int64").reshape([-1])


def isotonic(model: IsotonicRegression, x: Tensor) -> Tensor:
    """Return the values of a fitted isotonic function at a column; NaN beyond its ends, unless it clips."""
    if model.out_of_bounds == "clip":
        x = clip(x, float(model.X_min_), float(model.X_max_))
    values = model.y_thresholds_
    if len(values) == 1:
        return x * 0.0 + float(values[0])
    inside = interpolate(x, model.X_thresholds_, values)
    if model.out_of_bounds == "clip":
        return inside
    beyond = (x < float(model.X_thresholds_[0])) | (x > float(model.X_thresholds_[-1]))
    return where(beyond, x.like([[math.nan]]), inside)
