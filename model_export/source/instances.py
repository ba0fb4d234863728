"""Rows as callers send them: JSON values by feature name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from inference_lib.contract.document import Feature, Json

    Instance = dict[str, Json]


def instances_of(table: pd.DataFrame, features: Sequence[Feature]) -> list[Instance]:
    """Return the rows of a table as callers would send them.

    Returns
    -------
    list of dict
        JSON values by feature name; None where missing.
    """
    columns = {feature.name: _values(table[feature.name], feature) for feature in features}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _values(column: pd.Series, feature: Feature) -> list[Json]:
    convert = {"number": float, "integer": int, "string": str, "boolean": bool}[feature.type]
    missing = column.isna()
    return [None if gone else convert(value) for value, gone in zip(column.tolist(), missing, strict=True)]


def columns_of(instances: Sequence[Instance]) -> Mapping[str, list[Json]]:
    """Return instances the way the serving runtime takes them: values by feature."""
    return {name: [instance[name] for instance in instances] for name in instances[0]}
