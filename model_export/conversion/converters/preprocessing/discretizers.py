"""Steps that cut numbers into bins: KBinsDiscretizer and Binarizer. They compare doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import concat
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from sklearn.preprocessing import Binarizer, KBinsDiscretizer


@transforms("KBinsDiscretizer")
def k_bins_discretizer(step: KBinsDiscretizer, x: Table) -> Table:
    """Write KBinsDiscretizer: the number of inner edges that a value has reached, or a column for each bin."""
    columns = []
    for edges, column in zip(step.bin_edges_, x.columns(), strict=True):
        inner = np.asarray(edges[1:-1], np.float64)
        number = column.cast("double")
        reached = (number >= inner[None, :]).cast("double").sum() if len(inner) else number * 0.0
        if step.encode != "ordinal":
            reached = reached.equals(np.arange(len(edges) - 1, dtype=np.float64)[None, :]).cast("double")
        columns.append(reached)
    return Table.of(concat(columns), sparse=step.encode == "onehot")


@transforms("Binarizer")
def binarizer(step: Binarizer, x: Table) -> Table:
    """Write Binarizer."""
    return Table.of((x.numbers() > float(step.threshold)).cast("double"), sparse=x.sparse)
