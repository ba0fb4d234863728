"""Graphs of neighbours: a column for each row of the training data, zero where that row is no neighbour.

scikit-learn makes a sparse matrix of them. One zero of it is stored: the distance to a row of the training data that
equals the instance (``model_export.checks.stored_zeros``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.conversion.converters.distances.neighbors import at_zero, nearest_training, within_radius
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import where
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from sklearn.neighbors import KNeighborsTransformer, RadiusNeighborsTransformer


@transforms("RadiusNeighborsTransformer")
def radius_graph(step: RadiusNeighborsTransformer, x: Table) -> Table:
    """Write RadiusNeighborsTransformer: all rows within the radius, the border included."""
    within, apart = within_radius(step, x)
    if step.mode == "connectivity":
        return Table.of(within.cast("double"), sparse=True)
    return Table.of(where(within, apart, 0.0), sparse=True)


@transforms("KNeighborsTransformer")
def nearest_graph(step: KNeighborsTransformer, x: Table) -> Table:
    """Write KNeighborsTransformer: of distances it takes one more than ``n_neighbors``, for the row itself."""
    apart, places = nearest_training(step, x, step.n_neighbors + (step.mode == "distance"))
    values = apart if step.mode == "distance" else apart * 0.0 + 1.0
    rows = int(step.n_samples_fit_)
    nothing = apart.column(0) * 0.0 + [[0.0] * rows]
    scattered = nothing.op("ScatterElements", places, values, width=rows, axis=1)
    return Table.of(at_zero(step, x, scattered, lambda zeros: step.transform(zeros).toarray()), sparse=True)
