"""Steps that keep some columns as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from sklearn.feature_selection import SelectKBest

    from model_export.conversion.graph.table import Table


@transforms(
    "GenericUnivariateSelect",
    "RFE",
    "RFECV",
    "SelectFdr",
    "SelectFpr",
    "SelectFromModel",
    "SelectFwe",
    "SelectKBest",
    "SelectPercentile",
    "SequentialFeatureSelector",
    "VarianceThreshold",
)
def selector(step: SelectKBest, x: Table) -> Table:
    """Write transform of the selectors of features."""
    return x.select(step.get_support(indices=True))
