"""Steps that put columns next to one another: ColumnTransformer and FeatureUnion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.conversion.graph.table import Table
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import FeatureUnion


@transforms("ColumnTransformer")
def column_transformer(step: ColumnTransformer, x: Table) -> Table:
    """Write ColumnTransformer."""
    places = step._transformer_to_input_indices  # noqa: SLF001 - resolves names, slices, masks and callables
    parts = []
    for name, part, _ in step.transformers_:
        read = list(places[name])
        if not read or _is(part, "drop"):
            continue
        selected = x.select(read)
        parts.append(selected if _is(part, "passthrough") else dispatch.transform(part, selected))
    return Table.join(parts, sparse=step.sparse_output_)


@transforms("FeatureUnion")
def feature_union(step: FeatureUnion, x: Table) -> Table:
    """Write FeatureUnion."""
    weights = step.transformer_weights or {}
    parts = []
    for name, part in step.transformer_list:
        if _is(part, "drop"):
            continue
        table = x if _is(part, "passthrough") else dispatch.transform(part, x)
        if weights.get(name) is not None:
            table = Table.of(table.numbers() * float(weights[name]), sparse=table.sparse)
        parts.append(table)
    return Table.join(parts, sparse=any(part.sparse for part in parts))


def _is(part: object, word: str) -> bool:
    return isinstance(part, str) and part == word
