"""Scalers: they move and stretch columns, or scale rows to a norm.

The formulas are those of scikit-learn in their order, so that doubles round alike: a division stays a division.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.conversion.formulas.functions import clip
from model_export.conversion.formulas.norms import divided_by_norm
from model_export.conversion.graph.table import Table
from model_export.conversion.methods.registry import inverts, transforms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, Normalizer, RobustScaler, StandardScaler

    from model_export.conversion.graph.tensor import Tensor


@transforms("StandardScaler")
def standard_scaler(step: StandardScaler, x: Table) -> Table:
    """Write StandardScaler."""
    return _centred(x, step.mean_ if step.with_mean else None, step.scale_ if step.with_std else None)


@inverts("StandardScaler")
def standard_scaler_inverse(step: StandardScaler, x: Table) -> Table:
    """Write StandardScaler.inverse_transform."""
    return _put_back(x, step.mean_ if step.with_mean else None, step.scale_ if step.with_std else None)


@transforms("MinMaxScaler")
def min_max_scaler(step: MinMaxScaler, x: Table) -> Table:
    """Write MinMaxScaler."""
    numbers = x.numbers() * step.scale_ + step.min_
    low, high = step.feature_range if step.clip else (None, None)
    return Table.of(clip(numbers, low, high))


@inverts("MinMaxScaler")
def min_max_scaler_inverse(step: MinMaxScaler, x: Table) -> Table:
    """Write MinMaxScaler.inverse_transform."""
    return Table.of((x.numbers() - step.min_) / step.scale_)


@transforms("MaxAbsScaler")
def max_abs_scaler(step: MaxAbsScaler, x: Table) -> Table:
    """Write MaxAbsScaler."""
    low, high = (-1.0, 1.0) if step.clip else (None, None)
    return Table.of(clip(_divided(x.numbers(), step.scale_, sparse=x.sparse), low, high), sparse=x.sparse)


@inverts("MaxAbsScaler")
def max_abs_scaler_inverse(step: MaxAbsScaler, x: Table) -> Table:
    """Write MaxAbsScaler.inverse_transform."""
    return Table.of(x.numbers() * step.scale_)


@transforms("RobustScaler")
def robust_scaler(step: RobustScaler, x: Table) -> Table:
    """Write RobustScaler."""
    return _centred(x, step.center_ if step.with_centering else None, step.scale_ if step.with_scaling else None)


@inverts("RobustScaler")
def robust_scaler_inverse(step: RobustScaler, x: Table) -> Table:
    """Write RobustScaler.inverse_transform."""
    return _put_back(x, step.center_ if step.with_centering else None, step.scale_ if step.with_scaling else None)


@transforms("Normalizer")
def normalizer(step: Normalizer, x: Table) -> Table:
    """Write Normalizer; a row of zeros stays as it is."""
    return Table.of(divided_by_norm(x.numbers(), step.norm, sparse=x.sparse), sparse=x.sparse)


def _centred(x: Table, center: NDArray[np.float64] | None, scale: NDArray[np.float64] | None) -> Table:
    numbers = x.numbers()
    if center is not None:
        numbers = numbers - center
    if scale is not None:
        numbers = _divided(numbers, scale, sparse=x.sparse)
    return Table.of(numbers, sparse=x.sparse)


def _put_back(x: Table, center: NDArray[np.float64] | None, scale: NDArray[np.float64] | None) -> Table:
    numbers = x.numbers()
    if scale is not None:
        numbers = numbers * scale
    return Table.of(numbers if center is None else numbers + center)


def _divided(x: Tensor, scale: NDArray[np.float64], *, sparse: bool) -> Tensor:
    """Divide as scikit-learn does: it multiplies the columns of a sparse matrix by reciprocals."""
    return x * (1.0 / scale) if sparse else x / scale
