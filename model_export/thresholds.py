"""Thresholds of trees in float32."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
