"""A fitted model and what is known of its features, with data or without."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from inference_lib.contract.document import Feature
from model_export.source.data.corrections import apply_corrections, read_corrections
from model_export.source.data.features import categories_of, feature_names, infer_features
from model_export.source.model.anatomy import TEXT_READERS, fitted_names, lightgbm_names, readings
from model_export.source.model.onnx_model import OnnxModel
from model_export.source.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from inference_lib.contract.document import FeatureType
    from model_export.source.data.corrections import Corrections
    from model_export.source.model.estimator import Estimator


def subject_with_data(
    model: Estimator, table: pd.DataFrame, target: str | None, corrections: Corrections | str | Path | None
) -> Subject:
    """Return a model with its features as data, model and people describe them.

    Parameters
    ----------
    model : Estimator
        Fitted.
    table : DataFrame
        Rows in the form of the training data.
    target : str, optional
        The column that holds the labels.
    corrections : mapping or path of a YAML file, optional
        What people say about features.

    Raises
    ------
    InputError
        The data or the corrections do not fit the model.
    """
    names = feature_names(model, table, target)
    features = infer_features(model, table[names])
    if corrections is not None:
        said = read_corrections(Path(corrections)) if isinstance(corrections, (str, Path)) else corrections
        apply_corrections(features, said)
    if isinstance(model, OnnxModel):
        model.packing(features)  # tells which feature does not fit, before anything is asked
    return Subject(model, features, fitted_names(model) or names)


def subject_without_data(model: Estimator) -> Subject:
    """Return a model with what it alone tells of its features.

    Types come from the first step that reads a feature, and nothing is said to be missing.

    Parameters
    ----------
    model : Estimator
        Fitted. The features of one that was fitted on an array are called ``feature 0`` and so on.
    """
    count = max(1, getattr(model, "n_features_in_", 1))
    names = fitted_names(model) or lightgbm_names(model) or [f"feature {place}" for place in range(count)]
    types: dict[str, FeatureType] = dict.fromkeys(names, "number")
    for reading in readings(model, names):
        if isinstance(reading.step, TEXT_READERS):
            types[reading.feature] = "string"
        elif isinstance(reading.step, (OneHotEncoder, OrdinalEncoder)):
            types[reading.feature] = _type_of(reading.step.categories_[reading.position].tolist())
    categories = categories_of(model, names)
    return Subject(
        model,
        [Feature(name=name, type=types[name], nullable=False, categories=categories.get(name)) for name in names],
        names,
    )


def _type_of(categories: Sequence[object]) -> FeatureType:
    if any(isinstance(value, str) for value in categories):
        return "string"
    if all(isinstance(value, bool) for value in categories):
        return "boolean"
    whole = all(isinstance(value, (int, float)) and value == int(value) for value in categories if value == value)  # noqa: PLR0124 - NaN is not itself
    return "integer" if whole else "number"
