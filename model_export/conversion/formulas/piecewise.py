"""Functions that are a polynomial on each piece of a line: splines, and tabulated functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from model_export.conversion.formulas.functions import clip, exp, log, sqrt
from model_export.conversion.formulas.interpolation import segment
from model_export.conversion.formulas.normal_tables import MIDDLE, SCALED_COMPLEMENT, TAIL
from model_export.conversion.graph.tensor import gather, where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model_export.conversion.graph.tensor import Tensor

_LAST_PLACE: Final = 25 / 29
_SMALLEST_TAIL: Final = math.sqrt(-2 * math.log(0.25))
_GREATEST_TAIL: Final = 5.7
_TERMS: Final = 20
"""Of the series of the error function: the next is below 1e-20 for numbers up to 1."""


def polynomials(
    x: Tensor,
    starts: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    origins: NDArray[np.float64],
    scale: float,
) -> Tensor:
    """Return the values of polynomials, each on its piece; the first and last go on beyond the ends.

    Parameters
    ----------
    x : Tensor
        Of shape (n_instances, 1).
    starts : ndarray of shape (n_pieces,)
        Where each piece begins.
    coefficients : ndarray of shape (n_pieces, n_powers, n_functions)
        Of the powers of ``(x - origin) * scale``, the lowest first.
    origins : ndarray of shape (n_pieces,)
        Of each piece.
    scale : float
        Of the place in a piece.

    Returns
    -------
    Tensor
        Of shape (n_instances, n_functions).
    """
    _, powers, functions = coefficients.shape
    piece = segment(x, starts)
    place = (x - gather(x.like(origins[:, None]), piece, 1)) * scale
    raised = (place ** np.arange(powers, dtype=np.float64)[None, :]).reshape([-1, powers, 1])
    table = gather(x.like(coefficients), piece, functions)
    return (raised * table).op("ReduceSum", x.like([1], "int64"), width=functions, keepdims=0)


def _tabulated(x: Tensor, rows: Sequence[Sequence[float]], low: float, high: float) -> Tensor:
    length = (high - low) / len(rows)
    starts: NDArray[np.float64] = low + length * np.arange(len(rows), dtype=np.float64)
    return polynomials(x, starts, np.asarray(rows)[:, :, None], starts + length / 2, 2.0 / length)


def error_function_complement(x: Tensor) -> Tensor:
    """Return the complement of the error function, of one column."""
    size = clip(abs(x), None, 27.0)
    scaled = _tabulated((size - 2.0) / (size + 2.0), SCALED_COMPLEMENT, -1.0, _LAST_PLACE)
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
    tail = _tabulated(sqrt(log(rest) * -2.0), TAIL, _SMALLEST_TAIL, _GREATEST_TAIL)
    signed = where(p > 0.5, tail, -tail)  # noqa: PLR2004 - likewise
    middle = _tabulated(clip(p, 0.25, 0.75), MIDDLE, 0.25, 0.75)
    return where(rest >= 0.25, middle, signed)  # noqa: PLR2004 - where the table of the middle begins
