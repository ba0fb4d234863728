"""Scores, probabilities and labels of classes: of two, of all pairs, and of one estimator among those of its holder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.functions import exp, log
from model_export.conversion.graph.tensor import concat, gather

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model_export.conversion.graph.tensor import Tensor


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


def both(positive: Tensor) -> Tensor:
    """Return the probabilities of both classes, from that of the second."""
    return concat([1.0 - positive, positive])


def pairwise(each: Tensor) -> Tensor:
    """Return the difference of two classes' scores as one column, and more classes as they are."""
    return each.column(1) - each.column(0) if each.width == 2 else each  # noqa: PLR2004 - two classes have one score


def posterior(each: Tensor) -> Tensor:
    """Return probabilities from scores of classes, as scikit-learn's discriminants do: less their maximum first."""
    apart = each - each.max()
    return exp(apart - log(exp(apart).sum()))


def votes(labels: Tensor, confidences: Tensor, classes: int) -> Tensor:
    """Return a score for each class from all pairs of classes, as ``sklearn.utils.multiclass`` counts them.

    Parameters
    ----------
    labels : Tensor
        1.0 where the second class of a pair wins, 0.0 where the first does; a column for each pair.
    confidences : Tensor
        Of the second class of each pair.
    classes : int
        Their number; pairs are (0, 1), (0, 2), ... (1, 2), ...
    """
    pairs = [(first, second) for first in range(classes) for second in range(first + 1, classes)]
    of_first, of_second = np.zeros((len(pairs), classes)), np.zeros((len(pairs), classes))
    for place, (first, second) in enumerate(pairs):
        of_first[place, first] = of_second[place, second] = 1.0
    counted = labels.matmul(of_second) + (1.0 - labels).matmul(of_first)
    sums = confidences.matmul(of_second - of_first)
    return counted + sums / (3.0 * (abs(sums) + 1.0))
