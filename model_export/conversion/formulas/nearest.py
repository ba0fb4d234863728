"""The nearest of some rows, and their weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from model_export.conversion.graph.tensor import Tensor, where

if TYPE_CHECKING:
    from collections.abc import Callable


def nearest(apart: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return the least distances of each instance, ascending, and the places of their rows; the first of equal ones.

    Parameters
    ----------
    apart : Tensor
        Distances, of shape (n_instances, n_rows).
    count : int
        How many.
    """
    graph = apart.graph
    inputs = [apart.name, apart.like([count], "int64").name]
    values, places = graph.node("TopK", inputs, 2, attributes={"axis": 1, "largest": 0, "sorted": 1})
    return Tensor(graph, values, apart.kind, count), Tensor(graph, places, "int64", count)


def weights_of(weights: str | Callable[..., object] | None, apart: Tensor) -> Tensor:
    """Return the weight of each neighbour: 1, or the reciprocal of its distance.

    A neighbour at no distance leaves the others without weight.

    Parameters
    ----------
    weights : {"uniform", "distance"} or None
        As the estimator was fitted.
    apart : Tensor
        Distances.
    """
    if weights != "distance":
        return apart * 0.0 + 1.0 if weights is None or weights == "uniform" else apart
    inverse = 1.0 / apart
    at_place = inverse.equals(math.inf)
    some = at_place.cast("double").max() > 0.0
    return where(some, at_place.cast("double"), inverse)
