"""SimpleImputer and MissingIndicator, over numbers and texts, with any mark of missing values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.missing import is_missing, missing_in, missing_mask
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import where
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from sklearn.base import BaseEstimator
    from sklearn.impute import MissingIndicator, SimpleImputer

    from model_export.conversion.graph.tensor import Tensor


@transforms("SimpleImputer")
def simple_imputer(step: SimpleImputer, x: Table) -> Table:
    """Write SimpleImputer; columns that were empty at fit are left out, unless it keeps them."""
    empty = np.array([is_missing(value) for value in step.statistics_])
    kept = np.arange(len(empty)) if step.keep_empty_features else np.flatnonzero(~empty)
    # Of whole numbers scikit-learn cuts the fraction off the mean that it fills in.
    fill = np.asarray(step.statistics_)[kept].astype(step._fill_dtype)  # noqa: SLF001 - what transform fills in
    filled = Table.of(*_filled(step, x.select(kept), fill), sparse=x.sparse)
    return with_indicator(step, x, filled)


def _filled(step: SimpleImputer, x: Table, fill: NDArray[np.generic]) -> Iterator[Tensor]:
    start = 0
    for block in x.blocks():
        values = fill[start : start + block.width]
        start += block.width
        missing = missing_in(block, step.missing_values)
        if block.kind == "string":
            if not all(isinstance(value, str) for value in values):
                raise Refusal.of(
                    step, "it fills texts with numbers", "Fill texts with a text, or encode them before it"
                )
            yield where(missing, block.like([list(values)]), block)
        else:
            number = block.cast("double")
            yield where(missing, number.like(values.astype(np.float64)[None, :]), number)


def with_indicator(step: BaseEstimator, x: Table, filled: Table) -> Table:
    """Return imputed columns, and behind them those that say what was missing, where the imputer adds them."""
    if not step.add_indicator:
        return filled
    return replace(Table.join([filled, _flags(step.indicator_, x)]), sparse=x.sparse)


def _flags(indicator: MissingIndicator, x: Table) -> Table:
    """Return a column for each feature of which a value was missing in the data of the fit: there may be none."""
    if not len(indicator.features_):
        return Table(())
    return Table.of(missing_mask(x.select(indicator.features_), indicator.missing_values).cast("double"))


@transforms("MissingIndicator")
def missing_indicator(step: MissingIndicator, x: Table) -> Table:
    """Write MissingIndicator."""
    sparse = x.sparse if step.sparse == "auto" else bool(step.sparse)
    return replace(_flags(step, x), sparse=sparse)
