"""TransformedTargetRegressor: a regressor, and the inverse of what its target went through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.conversion.graph.table import Table
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import predictions

if TYPE_CHECKING:
    from sklearn.compose import TransformedTargetRegressor

    from model_export.conversion.graph.tensor import Tensor


@predictions("TransformedTargetRegressor")
def transformed_target_regressor(model: TransformedTargetRegressor, x: Table) -> Tensor:
    """Write TransformedTargetRegressor.predict."""
    answers = Table.of(dispatch.predict(model.regressor_, x))
    return dispatch.inverse_transform(model.transformer_, answers).numbers()
