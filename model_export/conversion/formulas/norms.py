"""Rows divided by their norm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.functions import sqrt
from model_export.conversion.graph.tensor import where

if TYPE_CHECKING:
    from model_export.conversion.graph.tensor import Tensor


def divided_by_norm(x: Tensor, norm: str, *, sparse: bool) -> Tensor:
    """Return rows divided by their norm.

    Parameters
    ----------
    x : Tensor
        Of doubles.
    norm : {"l1", "l2", "max"}
        The greatest absolute value is that of ``max``.
    sparse : bool
        Whether scikit-learn holds ``x`` as a sparse matrix: it then divides by every norm above zero, and else by
        those above ten times the machine's epsilon alone.
    """
    norms = {"l1": lambda: abs(x).sum(), "l2": lambda: sqrt((x * x).sum()), "max": lambda: abs(x).max()}[norm]()
    is_zero = norms.equals(0.0) if sparse else norms < 10 * float(np.finfo(np.float64).eps)
    return x / where(is_zero, norms.like([[1.0]]), norms)
