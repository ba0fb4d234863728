"""Functions that are a polynomial on each piece of a line: splines, and tabulated functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.interpolation import segment
from model_export.conversion.graph.tensor import gather

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model_export.conversion.graph.tensor import Tensor


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


def tabulated(x: Tensor, rows: Sequence[Sequence[float]], low: float, high: float) -> Tensor:
    """Return the values of a function that is tabulated as polynomials on pieces of equal length.

    Parameters
    ----------
    x : Tensor
        Of shape (n_instances, 1).
    rows : sequence of sequence of float
        For each piece the coefficients of the powers of a place in it, from -1 to 1, the lowest first.
    low, high : float
        Where the first piece begins and the last ends.
    """
    length = (high - low) / len(rows)
    starts: NDArray[np.float64] = low + length * np.arange(len(rows), dtype=np.float64)
    return polynomials(x, starts, np.asarray(rows)[:, :, None], starts + length / 2, 2.0 / length)
