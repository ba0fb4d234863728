"""Columns of categories that trees read by themselves, without an encoder of the user before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from model_export.source.model.boosting import categories_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def read_by_trees(step: object) -> Mapping[int, Sequence[object]]:
    """Return the values of each column of categories that a step of trees knows, in the order of their codes.

    Parameters
    ----------
    step : object
        A fitted step.

    Returns
    -------
    mapping of int to sequence
        By column, for columns of texts or of numbers that pandas holds as categories; a column of codes is none.
    """
    if isinstance(step, (HistGradientBoostingClassifier, HistGradientBoostingRegressor)):
        return _of_histograms(step)
    return {place: values for place, values in categories_of(step).items() if len(values)}


def _of_histograms(model: HistGradientBoostingClassifier) -> dict[int, Sequence[object]]:
    if model._preprocessor is None:  # noqa: SLF001 - encodes categories, and puts them first
        return {}
    places = np.flatnonzero(model.is_categorical_)
    encoder = model._preprocessor.named_transformers_["encoder"]  # noqa: SLF001 - likewise
    return dict(zip(places.tolist(), encoder.categories_, strict=True))
