"""Kernels between instances and rows that are constants of the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from model_export.conversion.converters.distances.metrics import manhattan, squared, squared_by_product
from model_export.conversion.formulas.functions import exp
from model_export.conversion.formulas.norms import divided_by_norm
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.tensor import where

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from model_export.conversion.graph.tensor import Tensor

    Rows = NDArray[np.float64]

_FEW_COLUMNS: Final = 16
"""Up to which differences are taken column by column; beyond, products of matrices cost a request less."""


def dense(rows: object) -> Rows:
    """Return rows of training data as an array, whether they are kept sparse or not."""
    return np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows, np.float64)


def kernel(  # noqa: PLR0913 - the parameters of a kernel
    step: object, x: Tensor, rows: Rows, name: object, *, gamma: float | None, degree: float = 3.0, coef0: float = 1.0
) -> Tensor:
    """Return the kernel between each instance and each row, of shape (n_instances, n_rows).

    Parameters
    ----------
    step : object
        For messages.
    x : Tensor
        Of doubles.
    rows : ndarray of shape (n_rows, n_features)
        Of the training data.
    name : object
        The kernel, as scikit-learn names it; a function of Python is refused.
    gamma, degree, coef0 : float
        Of the kernel; without ``gamma`` it is the reciprocal of the number of columns.

    Raises
    ------
    UnsupportedModel
        The kernel is none that the graph can compute.
    """
    scale = 1.0 / rows.shape[1] if gamma is None else float(gamma)
    if name == "rbf":
        return exp(squared_distances(x, rows) * -scale)
    if name in {"poly", "polynomial"}:
        return (x.matmul(rows.T) * scale + float(coef0)) ** float(degree)
    if name == "sigmoid":
        return (x.matmul(rows.T) * scale + float(coef0)).op("Tanh")
    if name == "laplacian":
        return exp(manhattan(x, rows) * -scale)
    if name == "chi2":
        return exp(_additive_chi2(x, rows) * (1.0 if gamma is None else scale))
    if name in _PLAIN:
        return _PLAIN[str(name)](x, rows)
    called = name if isinstance(name, str) else "a function of Python"
    raise Refusal.of(step, f"its kernel is {called}", "Fit with kernel='rbf', 'poly', 'linear' or 'sigmoid'")


def squared_distances(x: Tensor, rows: Rows) -> Tensor:
    """Return squared Euclidean distances, by the way that suits the number of columns."""
    return squared(x, rows) if rows.shape[1] <= _FEW_COLUMNS else squared_by_product(x, rows)


def _linear(x: Tensor, rows: Rows) -> Tensor:
    return x.matmul(rows.T)


def _cosine(x: Tensor, rows: Rows) -> Tensor:
    lengths = np.sqrt((rows * rows).sum(axis=1))
    lengths[lengths < 10 * np.finfo(np.float64).eps] = 1.0
    return divided_by_norm(x, "l2", sparse=False).matmul((rows / lengths[:, None]).T)


def _additive_chi2(x: Tensor, rows: Rows) -> Tensor:
    total: Tensor | None = None
    for place in range(rows.shape[1]):
        column, other = x.column(place), rows[:, place][None, :]
        apart, size = column - other, column + other
        none = size.equals(0.0)
        each = apart * apart / where(none, size * 0.0 + 1.0, size)
        each = where(none, each * 0.0, each)
        total = each if total is None else total + each
    assert total is not None  # noqa: S101 - an estimator reads at least one column
    return -total


_PLAIN: dict[str, Callable[[Tensor, Rows], Tensor]] = {
    "additive_chi2": _additive_chi2,
    "cosine": _cosine,
    "linear": _linear,
}
