"""The error function, and probabilities and quantiles of the standard normal distribution."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from model_export.conversion.formulas.functions import clip, exp, log, sqrt
from model_export.conversion.formulas.normal.erfcx import SCALED_COMPLEMENT
from model_export.conversion.formulas.normal.ndtri import MIDDLE, TAIL
from model_export.conversion.formulas.piecewise import tabulated
from model_export.conversion.graph.tensor import where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model_export.conversion.graph.tensor import Tensor

_LAST_PLACE: Final = 25 / 29
_SMALLEST_TAIL: Final = math.sqrt(-2 * math.log(0.25))
_GREATEST_TAIL: Final = 5.7
_TERMS: Final = 20
"""Of the series of the error function: the next is below 1e-20 for numbers up to 1."""


def error_function_complement(x: Tensor) -> Tensor:
    """Return the complement of the error function, of one column."""
    size = clip(abs(x), None, 27.0)
    scaled = tabulated((size - 2.0) / (size + 2.0), SCALED_COMPLEMENT, -1.0, _LAST_PLACE)
    beyond = exp(-(size * size)) * scaled
    return where(x < 0.0, 2.0 - beyond, beyond)


def error_function(x: Tensor) -> Tensor:
    """Return the error function, of one column: by its series near zero, so that it is zero there."""
    square = clip(x * x, None, 1.0)
    near = (square ** np.arange(_TERMS, dtype=np.float64)[None, :]).matmul(_series()[:, None]) * x
    return where(x * x < 1.0, near, 1.0 - error_function_complement(x))


def _series() -> NDArray[np.float64]:
    """Return the coefficients of the series of erf(x) / x in powers of x squared."""
    return np.array([2 / math.sqrt(math.pi) * (-1) ** n / (math.factorial(n) * (2 * n + 1)) for n in range(_TERMS)])


def normal_probability(x: Tensor) -> Tensor:
    """Return the distribution function of the standard normal distribution, of one column."""
    return error_function_complement(x * -math.sqrt(0.5)) * 0.5


def normal_quantile(p: Tensor) -> Tensor:
    """Return the quantile function of the standard normal distribution, of one column.

    Parameters
    ----------
    p : Tensor
        Probabilities; those below 9e-8 or as near to 1 are taken for these.
    """
    rest = clip(where(p > 0.5, 1.0 - p, p), 9e-8, 0.5)  # noqa: PLR2004 - the half
    tail = tabulated(sqrt(log(rest) * -2.0), TAIL, _SMALLEST_TAIL, _GREATEST_TAIL)
    signed = where(p > 0.5, tail, -tail)  # noqa: PLR2004 - likewise
    middle = tabulated(clip(p, 0.25, 0.75), MIDDLE, 0.25, 0.75)
    return where(rest >= 0.25, middle, signed)  # noqa: PLR2004 - where the table of the middle begins
