"""LocallyLinearEmbedding: an instance is the barycentre of its neighbours, in the embedding as among the features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from model_export.conversion.converters.distances.neighbors import nearest_training
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import Tensor, gather, where
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from sklearn.manifold import LocallyLinearEmbedding

MOST_NEIGHBORS: Final = 64
"""Each is a step of the elimination, about ten nodes of the graph over a square matrix for each instance."""


@transforms("LocallyLinearEmbedding")
def locally_linear(step: LocallyLinearEmbedding, x: Table) -> Table:
    """Write LocallyLinearEmbedding: all its methods place new instances in the same way."""
    count = step.n_neighbors
    if count > MOST_NEIGHBORS:
        raise Refusal.of(
            step,
            f"it solves equations of {count} neighbours for each row, and a graph holds {MOST_NEIGHBORS} at most",
            f"Fit with n_neighbors={MOST_NEIGHBORS} or fewer",
        )
    if step.reg == 0:
        raise Refusal.of(
            step,
            "without reg it has no answer for a row that equals one of the training data",
            "Fit with reg=0.001, the default",
        )
    _, places = nearest_training(step.nbrs_, x, count)
    rows = np.asarray(step.nbrs_._fit_X, np.float64)  # noqa: SLF001 - the training data
    apart = gather(x.numbers().like(rows), places, rows.shape[1]) - x.numbers().reshape([0, 1, -1])
    weights = _solved(_regular(apart, count, float(step.reg)), count)
    shares = (weights / weights.sum()).reshape([0, 1, -1])
    around = gather(shares.like(step.embedding_), places, step.embedding_.shape[1])
    return Table.of(shares.matmul(around).reshape([-1, step.embedding_.shape[1]]))


def _regular(apart: Tensor, count: int, share: float) -> Tensor:
    """Return the products of the differences to the neighbours, their diagonal raised by a share of the trace.

    Parameters
    ----------
    apart : Tensor
        Of shape (n_instances, n_neighbors, n_features).
    count : int
        Of neighbours.
    share : float
        It is the summand itself where all neighbours equal the instance.
    """
    products = apart.matmul(apart.op("Transpose", perm=[0, 2, 1]))
    square = products.reshape([0, count * count])
    trace = square.columns([place * (count + 1) for place in range(count)]).sum()
    raised = where(trace > 0.0, trace * share, trace.like([[share]])).reshape([0, 1, 1])
    return products + raised * np.eye(count)[None, :, :]


def _solved(matrices: Tensor, count: int) -> Tensor:
    """Return the solutions for a right side of ones, of shape (n_instances, n_equations), by elimination.

    The matrices are positive definite, so that no pivot has to be looked for.

    Parameters
    ----------
    matrices : Tensor
        Of shape (n_instances, n_equations, n_equations).
    count : int
        Of equations.
    """
    ones = (matrices.reduce("ReduceSum", 2) * 0.0) + 1.0
    system = matrices.op("Concat", ones, axis=2)
    for pivot in range(count):
        place = system.like([pivot], "int64")
        row = system.op("Gather", place, axis=1)
        column = system.op("Gather", place, axis=2)
        others = np.ones((1, count, 1))
        others[0, pivot, 0] = 0.0
        system = system - column * others * (row / row.op("Gather", place, axis=2))
    diagonal = (
        system.op("Slice", *(system.like([each], "int64") for each in (0, count, 2))) * np.eye(count)[None]
    ).reduce("ReduceSum", 2, keepdims=False)
    right = system.op("Gather", system.like([count], "int64"), axis=2).reshape([0, count])
    return right / diagonal
