"""QuantileTransformer: interpolation between quantiles, to a uniform or a normal distribution, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtri

from model_export.conversion.formulas.functions import clip
from model_export.conversion.formulas.interpolation import interpolate
from model_export.conversion.formulas.normal.distribution import normal_probability, normal_quantile
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import concat, where
from model_export.conversion.methods.registry import inverts, transforms

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.preprocessing import QuantileTransformer

    from model_export.conversion.graph.tensor import Tensor

_BOUND: Final = 1e-7
"""``BOUNDS_THRESHOLD`` of scikit-learn."""


@transforms("QuantileTransformer")
def quantile_transformer(step: QuantileTransformer, x: Table) -> Table:
    """Write QuantileTransformer; in a sparse matrix an absent zero stays absent."""
    columns = []
    for place, column in enumerate(x.columns()):
        number = column.cast("double")
        moved = _forward(step, number, step.quantiles_[:, place])
        columns.append(where(number.equals(0.0), number.like([[0.0]]), moved) if x.sparse else moved)
    return Table.of(concat(columns), sparse=x.sparse)


@inverts("QuantileTransformer")
def quantile_inverse(step: QuantileTransformer, x: Table) -> Table:
    """Write QuantileTransformer.inverse_transform."""
    columns = []
    for place, column in enumerate(x.columns()):
        quantiles = step.quantiles_[:, place]
        share = column.cast("double")
        if step.output_distribution == "normal":
            share = normal_probability(share)
        columns.append(_at_bounds(step, share, interpolate(share, step.references_, quantiles), (0.0, 1.0), quantiles))
    return Table.of(concat(columns))


def _forward(step: QuantileTransformer, x: Tensor, quantiles: NDArray[np.float64]) -> Tensor:
    rising = interpolate(x, quantiles, step.references_)
    falling = interpolate(-x, -quantiles[::-1], -step.references_[::-1])
    share = (rising - falling) * 0.5
    ends = np.array([0.0, 1.0])
    share = _at_bounds(step, x, share, (float(quantiles[0]), float(quantiles[-1])), ends)
    if step.output_distribution == "uniform":
        return share
    # The ends become infinite and are clipped to what a share of nearly the bound becomes.
    low, high = float(ndtri(_BOUND - np.spacing(1))), float(ndtri(1 - (_BOUND - np.spacing(1))))
    inside = where(share >= 1.0, share.like([[high]]), normal_quantile(share))
    return clip(where(share <= 0.0, share.like([[low]]), inside), low, high)


def _at_bounds(
    step: QuantileTransformer, x: Tensor, moved: Tensor, bounds: tuple[float, float], ends: NDArray[np.float64]
) -> Tensor:
    """Return what was moved, with the ends where x is at, or for a normal distribution nearly at, a bound."""
    if step.output_distribution == "normal":
        low, high = x - _BOUND < bounds[0], x + _BOUND > bounds[1]
    else:
        low, high = x.equals(bounds[0]), x.equals(bounds[1])
    moved = where(high, moved.like([[float(ends[-1])]]), moved)
    return where(low, moved.like([[float(ends[0])]]), moved)
