"""OrdinalEncoder: over texts, numbers and booleans in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.preprocessing.encoders.categories import look_up
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import concat
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from sklearn.preprocessing import OrdinalEncoder


@transforms("OrdinalEncoder")
def ordinal_encoder(step: OrdinalEncoder, x: Table) -> Table:
    """Write OrdinalEncoder; a value that it refuses becomes NaN, and the contract refuses it before."""
    otherwise = float("nan") if step.unknown_value is None else float(step.unknown_value)
    columns = [
        look_up(step, column, step.categories_[position], _codes(step, position), otherwise)
        for position, column in enumerate(x.columns())
    ]
    return Table.of(concat(columns))


def _codes(step: OrdinalEncoder, position: int) -> list[float]:
    count = len(step.categories_[position])
    codes = np.arange(count, dtype=np.float64)
    missing = step._missing_indices.get(position)  # noqa: SLF001 - the category that is a missing value
    if step._infrequent_enabled and step._default_to_infrequent_mappings[position] is not None:  # noqa: SLF001 - as transform
        mapping = step._default_to_infrequent_mappings[position]  # noqa: SLF001 - likewise
        codes[: len(mapping)] = mapping
    if missing is not None:
        codes[missing] = float(step.encoded_missing_value)
    return codes.tolist()
