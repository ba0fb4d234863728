"""Clusterers that label new instances by the nearest centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.distances.metrics import squared_by_product
from model_export.conversion.formulas.functions import sqrt
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import gather, where
from model_export.conversion.methods.registry import predictions, transforms

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.cluster import AffinityPropagation, Birch, BisectingKMeans, KMeans

    from model_export.conversion.graph.tensor import Tensor

_MEANS = ("BisectingKMeans", "KMeans", "MiniBatchKMeans")


def _nearest(x: Tensor, centers: NDArray[np.float64]) -> Tensor:
    """Return the place of the nearest centre; what all distances of an instance share is left out."""
    rows = np.asarray(centers, np.float64)
    lengths: NDArray[np.float64] = (rows * rows).sum(axis=1)
    return (x.matmul(rows.T) * -2.0 + lengths[None, :]).argmin()


@predictions("KMeans", "MiniBatchKMeans", "MeanShift")
def nearest_center(model: KMeans, x: Table) -> Tensor:
    """Write predict of the clusterers that keep one centre for each label."""
    return _nearest(x.numbers(), model.cluster_centers_)


@predictions("AffinityPropagation")
def nearest_exemplar(model: AffinityPropagation, x: Table) -> Tensor:
    """Write AffinityPropagation.predict."""
    if not len(getattr(model, "cluster_centers_", ())):
        raise Refusal.of(model, "it has no cluster centres", "Fit with affinity='euclidean' until it converges")
    return _nearest(x.numbers(), model.cluster_centers_)


@predictions("BisectingKMeans")
def bisected(model: BisectingKMeans, x: Table) -> Tensor:
    """Write BisectingKMeans.predict: at each fork the nearer of two centres."""
    return _fork(model, x.numbers(), model._bisecting_tree)  # noqa: SLF001 - the forks


def _fork(model: BisectingKMeans, x: Tensor, node: object) -> Tensor:
    left, right = getattr(node, "left", None), getattr(node, "right", None)
    if left is None or right is None:
        label = int(node.label)  # type: ignore[attr-defined] # a leaf
        return x.column(0).equals(np.nan).cast("int64").reshape([-1]) + label
    centers: NDArray[np.float64] = np.vstack((left.center, right.center)) + getattr(model, "_X_mean", 0.0)
    goes_left = _nearest(x, centers).equals(0)
    return where(goes_left, _fork(model, x, left), _fork(model, x, right))


@predictions("Birch")
def birch_label(model: Birch, x: Table) -> Tensor:
    """Write Birch.predict: the label of the nearest subcluster."""
    labels = np.asarray(model.subcluster_labels_)
    return gather(x.numbers().like(labels, "int64"), _nearest(x.numbers(), model.subcluster_centers_), 1)


@transforms(*_MEANS, "Birch")
def distances_to_centers(step: KMeans, x: Table) -> Table:
    """Write transform: the distance to each centre."""
    centers = step.subcluster_centers_ if type(step).__name__ == "Birch" else step.cluster_centers_
    return Table.of(sqrt(squared_by_product(x.numbers(), np.asarray(centers, np.float64))))
