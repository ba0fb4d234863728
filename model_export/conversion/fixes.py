"""Safe changes to a copy of the model that make the conversion faithful.

Each returns what was done as a sentence for the report, or nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from skl2onnx.sklapi import CastTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from model_export.source.model.anatomy import readings
from model_export.source.model.boosting import library_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sklearn.pipeline import Pipeline

    from inference_lib.contract.document import Feature
    from model_export.source.model.estimator import Estimator

TREES = (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)


CAST = "cast_before_the_last_step"


def mark_missing_strings(model: Estimator, features: Sequence[Feature]) -> Iterator[str]:
    """Let the empty string stand for a missing text, as it does in a string tensor.

    The converter imputes strings only when the mark is a string, and an encoder that learned NaN as a category
    would compare with the text ``nan``.
    """
    strings = {feature.name for feature in features if feature.type == "string"}
    changed = False
    for reading in readings(model, [feature.name for feature in features]):
        if reading.feature not in strings:
            continue
        step = reading.step
        if isinstance(step, SimpleImputer) and not isinstance(step.missing_values, str):
            step.missing_values = ""
            changed = True
        elif isinstance(step, (OneHotEncoder, OrdinalEncoder)):
            changed |= _mark_category(step, reading.position)
    if changed:
        yield "A missing text travels as the empty string."


def _mark_category(encoder: OneHotEncoder | OrdinalEncoder, position: int) -> bool:
    categories = encoder.categories_[position]
    marked = np.array(["" if not isinstance(value, str) else value for value in categories], dtype=object)
    encoder.categories_[position] = marked
    return "" in marked


def allow_unknown(model: Estimator, features: Sequence[Feature]) -> Iterator[str]:
    """Let encoders ignore unknown categories, because ONNX Runtime would refuse the whole request.

    Validation refuses unknown texts before they reach the model. Buckets of rare categories are refused by
    the linter, so ``infrequent_if_exist`` means ``ignore`` here.
    """
    kinds = {feature.name: feature.type for feature in features}
    for reading in readings(model, list(kinds)):
        step = reading.step
        if isinstance(step, (OneHotEncoder, OrdinalEncoder)) and kinds[reading.feature] == "boolean":
            step.categories_[reading.position] = np.asarray(step.categories_[reading.position]).astype(np.int64)
        if isinstance(step, OneHotEncoder) and step.handle_unknown != "ignore":
            if step.handle_unknown == "error" and kinds[reading.feature] == "integer":
                yield f"{reading.feature}: a number that the encoder never saw is answered as none of its categories."
            step.handle_unknown = "ignore"


def cast_before(model: Pipeline, finals: tuple[type, ...]) -> Iterator[str]:
    """Round to float32 at the last step and no earlier, as scikit-learn's own trees do.

    Scaling in float32 moves values across thresholds: 5 of 5000 rows off by up to 173 were measured
    (onnx/sklearn-onnx#479, microsoft/onnxruntime#4130).

    Parameters
    ----------
    model : Pipeline
        A copy; changed in place.
    finals : tuple of type
        The last steps for which this is done: ``TREES``, or ``(object,)`` for any.
    """
    final = model.steps[-1][1]
    if isinstance(final, finals) or library_of(final):
        cast = CastTransformer(dtype=np.float32).fit(np.zeros((1, 1)))
        model.steps.insert(len(model.steps) - 1, (CAST, cast))
        if len(model.steps) > 2:  # noqa: PLR2004 - there are steps before the cast
            yield "All steps but the last compute in double precision; values are rounded to float32 at the last alone."
