"""SplineTransformer: a polynomial for each spline between two knots, and what lies beyond the knots."""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.functions import clip
from model_export.conversion.formulas.piecewise import polynomials
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import concat, where
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from scipy.interpolate import BSpline
    from sklearn.preprocessing import SplineTransformer

    from model_export.conversion.graph.tensor import Tensor


@transforms("SplineTransformer")
def spline_transformer(step: SplineTransformer, x: Table) -> Table:
    """Write SplineTransformer; a missing value becomes zeros where the original allows it."""
    degree = step.degree
    columns = []
    for spline, column in zip(step.bsplines_, x.columns(), strict=True):
        number = column.cast("double")
        if step.extrapolation == "linear":
            values = _linear(spline, number, degree)
            # scikit-learn 1.9 raises the degree for this column and, in passing, for all that follow.
            degree += degree <= 1
        elif step.extrapolation == "periodic":
            values = _values(spline, _wrapped(spline, number))
        elif step.extrapolation == "constant":
            values = _values(spline, clip(number, spline.t[degree], spline.t[-degree - 1]))
        else:
            values = _values(spline, number)
        values = where(number.is_nan(), values.like([[0.0]]), values)
        columns.append(values if step.include_bias else values.columns(range(values.width - 1)))
    return Table.of(concat(columns), sparse=step.sparse_output)


def _values(spline: BSpline, x: Tensor) -> Tensor:
    """Return all splines of a column; the outer pieces go on beyond the base interval."""
    starts = spline.t[spline.k : spline.t.size - spline.k - 1]
    # Taylor's coefficients at the start of each piece.
    powers = [spline(starts, nu=power) / factorial(power) for power in range(spline.k + 1)]
    return polynomials(x, starts, np.stack(powers, axis=1), starts, 1.0)


def _wrapped(spline: BSpline, x: Tensor) -> Tensor:
    low = float(spline.t[spline.k])
    period = float(spline.t[spline.t.size - spline.k - 1]) - low
    if period <= 0:
        return x * 0.0
    rest = (x - low).op("Mod", period, fmod=1)
    # The remainder of Python has the sign of the period.
    return where(rest < 0.0, rest + period, rest) + low


def _linear(spline: BSpline, x: Tensor, degree: int) -> Tensor:
    """Return the splines inside the boundaries, and straight lines of the outer ones beyond."""
    low, high = float(spline.t[degree]), float(spline.t[-degree - 1])
    kept = degree + (degree <= 1)
    places = np.arange(spline.c.shape[1])
    below = _line(spline, x, low, places < kept)
    above = _line(spline, x, high, places >= len(places) - kept)
    inside = where((x >= low) & (x <= high), _values(spline, clip(x, low, high)), x.like(np.zeros((1, len(places)))))
    return where(x < low, below, where(x > high, above, inside))


def _line(spline: BSpline, x: Tensor, bound: float, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Tensor:
    value, slope = np.asarray(spline(bound)) * kept, np.asarray(spline(bound, nu=1)) * kept
    return (x - bound) * slope[None, :] + value[None, :]
