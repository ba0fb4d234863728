"""IsotonicRegression: straight lines between knots, in doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.conversion.formulas.interpolation import isotonic
from model_export.conversion.graph.table import Table
from model_export.conversion.methods.registry import predictions, transforms

if TYPE_CHECKING:
    from sklearn.isotonic import IsotonicRegression

    from model_export.conversion.graph.tensor import Tensor


@predictions("IsotonicRegression")
def isotonic_value(model: IsotonicRegression, x: Table) -> Tensor:
    """Write IsotonicRegression.predict."""
    return isotonic(model, x.numbers())


@transforms("IsotonicRegression")
def isotonic_transform(model: IsotonicRegression, x: Table) -> Table:
    """Write IsotonicRegression.transform."""
    return Table.of(isotonic(model, x.numbers()))
