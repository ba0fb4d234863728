"""Distances between instances and rows that are constants of the graph.

Where scikit-learn subtracts column by column, so does the graph, in the same order; where it multiplies matrices, so
does the graph: near ties then fall alike.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.functions import clip, maximum, sqrt
from model_export.conversion.formulas.norms import divided_by_norm
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.tensor import where

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from model_export.conversion.graph.tensor import Tensor

    Rows = NDArray[np.float64]


def distances(step: object, x: Tensor, rows: Rows, metric: str, parameters: Mapping[str, object]) -> Tensor:
    """Return the distances from each instance to each row, of shape (n_instances, n_rows).

    Parameters
    ----------
    step : object
        For messages.
    x : Tensor
        Of doubles.
    rows : ndarray of shape (n_rows, n_features)
        What they are measured to.
    metric : str
        As scikit-learn names it.
    parameters : mapping of str to object
        Of the metric, such as ``p``.

    Raises
    ------
    UnsupportedModel
        The metric is none that the graph can compute.
    """
    compared, finish = surrogate(step, x, rows, metric, parameters)
    return finish(compared)


def surrogate(
    step: object, x: Tensor, rows: Rows, metric: str, parameters: Mapping[str, object]
) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    """Return what scikit-learn ranks neighbours by, such as squares, and the function that makes distances of it.

    The root makes one double of two that lie side by side, so that ranking its result would see ties where there
    are none.

    Parameters
    ----------
    step, x, rows, metric, parameters
        As for `distances`.

    Raises
    ------
    UnsupportedModel
        The metric is none that the graph can compute.
    """
    rows = np.asarray(rows, np.float64)
    if metric in {"euclidean", "l2"}:
        return squared(x, rows), sqrt
    if metric in _BY_COLUMN:
        return _BY_COLUMN[metric](x, rows), _as_it_is
    if metric == "cosine":
        return cosine(x, rows), _as_it_is
    if metric in {"minkowski", "p"}:
        return _minkowski(x, rows, float(parameters.get("p", 2)), parameters.get("w"))  # type: ignore[arg-type] # numbers
    if metric == "seuclidean" and "V" in parameters:
        variances = np.asarray(parameters["V"], np.float64)
        return _summed(x, rows, lambda apart, place: apart * apart / float(variances[place])), sqrt
    raise Refusal.of(
        step,
        f"it measures by the metric {metric!r}",
        f"Fit with one of {', '.join(sorted((*_BY_COLUMN, 'cosine', 'euclidean', 'l2', 'minkowski')))}",
    )


def _as_it_is(apart: Tensor) -> Tensor:
    return apart


def _summed(x: Tensor, rows: Rows, term: Callable[[Tensor, int], Tensor]) -> Tensor:
    total: Tensor | None = None
    for place in range(rows.shape[1]):
        each = term(x.column(place) - rows[:, place][None, :], place)
        total = each if total is None else total + each
    assert total is not None  # noqa: S101 - an estimator reads at least one column
    return total


def squared(x: Tensor, rows: Rows) -> Tensor:
    """Return squared Euclidean distances, summed column by column."""
    return _summed(x, rows, lambda apart, _: apart * apart)


def squared_by_product(x: Tensor, rows: Rows) -> Tensor:
    """Return squared Euclidean distances, as scikit-learn takes them from a product of matrices."""
    return maximum((x * x).sum() + x.matmul(rows.T) * -2.0 + (rows * rows).sum(axis=1)[None, :], 0.0)


def manhattan(x: Tensor, rows: Rows) -> Tensor:
    """Return sums of absolute differences."""
    return _summed(x, rows, lambda apart, _: abs(apart))


def chebyshev(x: Tensor, rows: Rows) -> Tensor:
    """Return greatest absolute differences."""
    greatest: Tensor | None = None
    for place in range(rows.shape[1]):
        apart = abs(x.column(place) - rows[:, place][None, :])
        greatest = apart if greatest is None else maximum(greatest, apart)
    assert greatest is not None  # noqa: S101 - likewise
    return greatest


def cosine(x: Tensor, rows: Rows) -> Tensor:
    """Return cosine distances: that of a row of zeros is 1 to all."""
    lengths = np.sqrt((rows * rows).sum(axis=1))
    lengths[lengths < 10 * np.finfo(np.float64).eps] = 1.0
    similarity = divided_by_norm(x, "l2", sparse=False).matmul((rows / lengths[:, None]).T)
    return clip(similarity * -1.0 + 1.0, 0.0, 2.0)


def _minkowski(x: Tensor, rows: Rows, p: float, weights: Rows | None) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    if weights is None and p in {1.0, math.inf}:
        return {1.0: manhattan, math.inf: chebyshev}[p](x, rows), _as_it_is
    if weights is None and p == 2.0:  # noqa: PLR2004 - the Euclidean one
        return squared(x, rows), sqrt
    shares = np.ones(rows.shape[1]) if weights is None else np.asarray(weights, np.float64)
    return _summed(x, rows, lambda apart, at: abs(apart) ** p * float(shares[at])), lambda total: total ** (1.0 / p)


def _canberra(x: Tensor, rows: Rows) -> Tensor:
    total: Tensor | None = None
    for place in range(rows.shape[1]):
        column, other = x.column(place), rows[:, place][None, :]
        size = abs(column) + np.abs(other)
        each = abs(column - other) / where(size.equals(0.0), size * 0.0 + 1.0, size)
        total = each if total is None else total + each
    assert total is not None  # noqa: S101 - likewise
    return total


def _braycurtis(x: Tensor, rows: Rows) -> Tensor:
    # scikit-learn's neighbours divide by the sum of the sizes, where SciPy divides by the size of the sums.
    size: Tensor | None = None
    for place in range(rows.shape[1]):
        each = abs(x.column(place)) + np.abs(rows[:, place])[None, :]
        size = each if size is None else size + each
    assert size is not None  # noqa: S101 - likewise
    apart = manhattan(x, rows)
    return where(size.equals(0.0), apart * 0.0, apart / where(size.equals(0.0), size * 0.0 + 1.0, size))


def _hamming(x: Tensor, rows: Rows) -> Tensor:
    return _summed(x, rows, lambda apart, _: 1.0 - apart.equals(0.0).cast("double")) / float(rows.shape[1])


_BY_COLUMN: dict[str, Callable[[Tensor, Rows], Tensor]] = {
    "braycurtis": _braycurtis,
    "canberra": _canberra,
    "chebyshev": chebyshev,
    "cityblock": manhattan,
    "hamming": _hamming,
    "infinity": chebyshev,
    "l1": manhattan,
    "manhattan": manhattan,
    "sqeuclidean": squared,
}
