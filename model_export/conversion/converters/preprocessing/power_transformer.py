"""PowerTransformer: Yeo-Johnson and Box-Cox, by the formulas of SciPy; a missing value stays missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.functions import exp, expm1, log, log1p, maximum
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import where
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import inverts, transforms

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.preprocessing import PowerTransformer

    from model_export.conversion.graph.tensor import Tensor

_SPACING = float(np.spacing(1.0))
"""Below which SciPy takes an exponent for zero."""
_LARGEST_EXPONENT = 709.78


@transforms("PowerTransformer")
def power_transformer(step: PowerTransformer, x: Table) -> Table:
    """Write PowerTransformer."""
    powers = np.asarray(step.lambdas_, np.float64)
    numbers = {"yeo-johnson": _yeo_johnson, "box-cox": _box_cox}[step.method](x.numbers(), powers)
    return dispatch.transform(step._scaler, Table.of(numbers)) if step.standardize else Table.of(numbers)  # noqa: SLF001 - the scaler of its own


@inverts("PowerTransformer")
def power_inverse(step: PowerTransformer, x: Table) -> Table:
    """Write PowerTransformer.inverse_transform."""
    table = dispatch.inverse_transform(step._scaler, x) if step.standardize else x  # noqa: SLF001 - likewise
    powers = np.asarray(step.lambdas_, np.float64)
    inverse = {"yeo-johnson": _yeo_johnson_inverse, "box-cox": _box_cox_inverse}[step.method]
    return Table.of(inverse(table.numbers(), powers))


def _is(x: Tensor, flags: NDArray[np.bool_]) -> Tensor:
    return x.like(flags[None, :], "bool")


def _yeo_johnson(x: Tensor, powers: NDArray[np.float64]) -> Tensor:
    zero, two = np.abs(powers) < _SPACING, np.abs(powers - 2) <= _SPACING
    above, below = log1p(maximum(x, 0.0)), log1p(maximum(-x, 0.0))
    up, down = np.where(zero, 1.0, powers), np.where(two, 1.0, 2 - powers)
    risen = where(_is(x, zero), above, expm1(above * up) / up)
    fallen = where(_is(x, two), below, expm1(below * down) / down)
    return where(x >= 0.0, risen, -fallen)


def _yeo_johnson_inverse(x: Tensor, powers: NDArray[np.float64]) -> Tensor:
    zero, two = np.abs(powers) < _SPACING, np.abs(powers - 2) <= _SPACING
    up, down = np.where(zero, 1.0, powers), np.where(two, 1.0, 2 - powers)
    above, below = maximum(x, 0.0), maximum(-x, 0.0)
    risen = where(_is(x, zero), exp(above) - 1.0, (above * up + 1.0) ** (1 / up) - 1.0)
    fallen = where(_is(x, two), 1.0 - exp(below), 1.0 - (below * down + 1.0) ** (1 / down))
    return where(x >= 0.0, risen, fallen)


def _box_cox(x: Tensor, powers: NDArray[np.float64]) -> Tensor:
    zero = np.abs(powers) < 1e-19  # noqa: PLR2004 - SciPy's bound
    up = np.where(zero, 1.0, powers)
    logarithm = log(x)
    exponent = logarithm * up
    near = expm1(exponent) / up
    far = exp(exponent - np.log(np.abs(up))) * np.sign(up) - 1.0 / up
    return where(_is(x, zero), logarithm, where(exponent < _LARGEST_EXPONENT, near, far))


def _box_cox_inverse(x: Tensor, powers: NDArray[np.float64]) -> Tensor:
    zero = powers == 0
    up = np.where(zero, 1.0, powers)
    return where(_is(x, zero), exp(x), exp(log1p(x * up) / up))
