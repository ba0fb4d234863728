"""OneHotEncoder: with rare categories in one bucket, dropped categories, and every way to meet unknown ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.preprocessing.encoders.categories import look_up
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import concat
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from sklearn.preprocessing import OneHotEncoder

_NONE = -1
"""Place of a category that has no column."""


@transforms("OneHotEncoder")
def one_hot_encoder(step: OneHotEncoder, x: Table) -> Table:
    """Write OneHotEncoder.

    Each column becomes the place of the value's output column, counted over all of them; then every place is
    compared with the number of the output column at once.
    """
    widths = step._n_features_outs  # noqa: SLF001 - columns of each feature
    places = []
    for position, column in enumerate(x.columns()):
        found, unknown = _places(step, position)
        start = sum(widths[:position])
        shifted = [place if place == _NONE else place + start for place in found]
        otherwise = unknown if unknown == _NONE else unknown + start
        places.append(look_up(step, column, step.categories_[position], shifted, otherwise, kind="int64"))
    owners = np.repeat(np.arange(len(widths)), widths)
    wide = concat(places).columns(owners)
    return Table.of(wide.equals(np.arange(len(owners))).cast("double"), sparse=step.sparse_output)


def _places(step: OneHotEncoder, position: int) -> tuple[list[int], int]:
    """Return the output column of each category of a feature, and of an unknown one, counted from 0."""
    count = len(step.categories_[position])
    places = list(range(count))
    unknown = _NONE
    if step._infrequent_enabled:  # noqa: SLF001 - what transform asks
        rare = step._infrequent_indices[position]  # noqa: SLF001 - likewise
        mapping = step._default_to_infrequent_mappings[position]  # noqa: SLF001 - likewise
        if rare is not None:
            places = [int(mapping[place]) for place in places]
            if step.handle_unknown in {"infrequent_if_exist", "warn"}:
                unknown = int(mapping[rare[0]])
    grouped = step._drop_idx_after_grouping  # noqa: SLF001 - likewise
    dropped = None if grouped is None else grouped[position]
    if dropped is not None:
        places = [_without(place, int(dropped)) for place in places]
        unknown = unknown if unknown == _NONE else _without(unknown, int(dropped))
    return places, unknown


def _without(place: int, dropped: int) -> int:
    return _NONE if place == dropped else place - (place > dropped)
