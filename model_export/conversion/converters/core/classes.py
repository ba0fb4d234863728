"""Labels of one estimator as those of another that holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.core.tensor import concat, gather

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model_export.conversion.converters.core.tensor import Tensor


def places_among(known: Sequence[object], classes: Sequence[object]) -> list[int]:
    """Return where each label of an estimator stands among the classes of its holder."""
    places = {label: place for place, label in enumerate(np.asarray(classes).tolist())}
    return [places[label] for label in np.asarray(known).tolist()]


def translated(labels: Tensor, places: Sequence[int]) -> Tensor:
    """Return places of labels among the classes of the holder, from those among an estimator's own."""
    if list(places) == list(range(len(places))):
        return labels
    return gather(labels.like(list(places), "int64"), labels, 1)


def spread(shares: Tensor, places: Sequence[int], width: int) -> Tensor:
    """Return columns at their places among the classes of the holder, and zeros for classes that are not there."""
    if list(places) == list(range(width)):
        return shares
    empty = shares.column(0) * 0.0
    columns = {place: shares.column(column) for column, place in enumerate(places)}
    return concat([columns.get(place, empty) for place in range(width)])


def indicator(labels: Tensor, width: int) -> Tensor:
    """Return a column for each class, 1.0 where it is the label; ``labels`` is of shape (n_instances,)."""
    return labels.reshape([-1, 1]).equals(np.arange(width)).cast("double")
