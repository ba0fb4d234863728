"""What a fitted model knows of the values of each feature, so that data are read as the model knew them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

from model_export.errors import UnsupportedModel
from model_export.source.model.anatomy import TEXT_READERS, readings
from model_export.source.model.categorical import read_by_trees

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ENCODERS = (OneHotEncoder, OrdinalEncoder, TargetEncoder)
"""Steps that know the categories of each column, as ``categories_``."""


@dataclass
class Knowledge:
    """What the steps that read a feature know of its values.

    Parameters
    ----------
    is_text : bool
        Whether some step reads it as text.
    categories : tuple
        The values that encoders know, missing marks aside, in their order.
    mark : object
        What means "missing" to the model, None or NaN; NaN where it says nothing.
    knows_missing : bool
        Whether an encoder has a category for missing values, or an imputer fills them.
    is_categorical : bool
        Whether trees read it as categories of pandas.
    """

    is_text: bool = False
    categories: tuple[object, ...] = ()
    mark: object = field(default=np.nan)
    knows_missing: bool = False
    is_categorical: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """The categories that are texts."""
        return tuple(value for value in self.categories if isinstance(value, str))


def knowledge_of(model: object, names: Sequence[str]) -> dict[str, Knowledge]:
    """Return what a fitted model knows of each feature.

    Parameters
    ----------
    model : estimator
        Fitted.
    names : sequence of str
        Features in the order of the training data, for a model that was fitted on an array.

    Returns
    -------
    dict of str to Knowledge
        By feature; a feature that no step reads is left out.

    Raises
    ------
    UnsupportedModel
        An encoder tells None and NaN of one feature apart, and JSON has one null.
    """
    found: dict[str, Knowledge] = {}
    for reading in readings(model, names):
        known = found.setdefault(reading.feature, Knowledge())
        step = reading.step
        if isinstance(step, TEXT_READERS):
            known.is_text = True
        elif isinstance(step, ENCODERS):
            _learn_categories(reading.feature, known, step.categories_[reading.position])
        elif isinstance(step, SimpleImputer):
            known.knows_missing = True
            known.is_text |= isinstance(step.statistics_[reading.position], str)
            known.mark = _mark_of(step.missing_values, known.mark)
        elif reading.position in (by_trees := read_by_trees(step)):
            _learn_categories(reading.feature, known, by_trees[reading.position])
            known.is_categorical = known.knows_missing = True
    return found


def _learn_categories(feature: str, known: Knowledge, categories: Iterable[object]) -> None:
    values = list(categories)
    marks = [value for value in values if is_missing(value)]
    if len(marks) > 1:
        raise UnsupportedModel(
            f"{feature}: the model knows None and NaN as two categories, and a request has one null for both. "
            "Replace one of them in the training data, for example with fillna('missing'), and fit again."
        )
    known.categories = (*known.categories, *(v for v in values if not is_missing(v) and v not in known.categories))
    known.is_text |= any(isinstance(value, str) for value in values)
    if marks:
        known.knows_missing = True
        known.mark = marks[0]


def _mark_of(missing_values: object, known: object) -> object:
    return missing_values if is_missing(missing_values) else known


def is_missing(value: object) -> bool:
    """Tell whether a value is None, NaN or pandas' NA."""
    # Only NaN differs from itself; NA answers with itself.
    return value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and np.isnan(value))
