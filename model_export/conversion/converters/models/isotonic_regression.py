"""IsotonicRegression: straight lines between knots, in doubles."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from model_export.conversion.converters.core.functions import clip
from model_export.conversion.converters.core.interpolation import interpolate
from model_export.conversion.converters.core.table import Table
from model_export.conversion.converters.core.tensor import where
from model_export.conversion.converters.registry import predictions, transforms

if TYPE_CHECKING:
    from sklearn.isotonic import IsotonicRegression

    from model_export.conversion.converters.core.tensor import Tensor


def isotonic(model: IsotonicRegression, x: Tensor) -> Tensor:
    """Return the values of a fitted isotonic function at a column; NaN beyond its ends, unless it clips."""
    if model.out_of_bounds == "clip":
        x = clip(x, float(model.X_min_), float(model.X_max_))
    values = model.y_thresholds_
    if len(values) == 1:
        return x * 0.0 + float(values[0])
    inside = interpolate(x, model.X_thresholds_, values)
    if model.out_of_bounds == "clip":
        return inside
    beyond = (x < float(model.X_thresholds_[0])) | (x > float(model.X_thresholds_[-1]))
    return where(beyond, x.like([[math.nan]]), inside)


@predictions("IsotonicRegression")
def isotonic_value(model: IsotonicRegression, x: Table) -> Tensor:
    """Write IsotonicRegression.predict."""
    return isotonic(model, x.numbers())


@transforms("IsotonicRegression")
def isotonic_transform(model: IsotonicRegression, x: Table) -> Table:
    """Write IsotonicRegression.transform."""
    return Table.of(isotonic(model, x.numbers()))
