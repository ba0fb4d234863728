"""TargetEncoder: the mean of the target for each category."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.preprocessing.encoders.categories import look_up
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import concat
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from sklearn.preprocessing import TargetEncoder


@transforms("TargetEncoder")
def target_encoder(step: TargetEncoder, x: Table) -> Table:
    """Write TargetEncoder: a column for each feature, or for each feature and class."""
    means = np.atleast_1d(step.target_mean_)
    classes = len(means) if step.target_type_ == "multiclass" else 1
    columns = []
    for position, column in enumerate(x.columns()):
        for place in range(classes):
            encoding = step.encodings_[position * classes + place]
            mean = float(means[place])
            columns.append(look_up(step, column, step.categories_[position], list(encoding), mean))
    return Table.of(concat(columns))
