"""The contract's features, read from the data and the fitted model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from inference_lib.contract.document import Feature
from model_export.errors import InputError
from model_export.source.model.anatomy import fitted_names, lightgbm_names, readings, reads_one_text, root_transformers
from model_export.source.model.onnx_model import OnnxModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import FeatureType, Scalar
    from model_export.source.model.estimator import Estimator

_SHOWN = 5


def feature_names(model: Estimator, table: pd.DataFrame, target: str | None) -> list[str]:
    """Return the names of the features that the model reads, in the order of its training data.

    Parameters
    ----------
    model : Estimator
        Fitted. One that was fitted on an array takes the names of the table, in its order.
    table : DataFrame
        One row for each instance.
    target : str, optional
        The column that holds the labels.

    Raises
    ------
    InputError
        The target or a feature is not in the table, the target is a feature, or their number is not the model's.
    """
    if target is not None and target not in table.columns:
        raise InputError(f"The data have no column {target!r} to be the target; they have {_listed(table.columns)}.")
    given = [name for name in table.columns if name != target]
    if isinstance(model, OnnxModel):
        return model.feature_names(given)
    names = fitted_names(model) or _as_written(lightgbm_names(model), given)
    if names:
        read = _read(model, names)
        if target in read:
            raise InputError(f"The target {target!r} is a feature of the model. Name the column of the labels.")
        missing = [name for name in read if name not in given]
        if missing:
            raise InputError(f"The data lack what the model was fitted on: {_listed(missing)}.")
        return read
    if reads_one_text(model):
        return [_one_text(table[given])]
    count: int = getattr(model, "n_features_in_", len(given))
    if len(given) != count:
        hint = "" if target else " Name the column of the labels: --target COLUMN."
        raise InputError(f"The model was fitted on {count} features, the data have {len(given)}.{hint}")
    return given


def _as_written(names: Sequence[str], given: Sequence[str]) -> list[str]:
    """Return the names as the data scientist wrote them, where LightGBM put an underscore for each blank."""
    written = {re.sub(r"\s", "_", name): name for name in given}
    return [written.get(name, name) for name in names]


def _one_text(table: pd.DataFrame) -> str:
    texts = [str(name) for name in table.columns if not pd.api.types.is_numeric_dtype(table[name].dtype)]
    if len(texts) != 1:
        raise InputError(
            f"The model reads one text, and the data have {_listed(texts) if texts else 'no column'} of texts. "
            "Give data with one column of texts beside the target."
        )
    return texts[0]


def _read(model: Estimator, names: list[str]) -> list[str]:
    if not any(True for _ in root_transformers(model)):
        return names
    read = {reading.feature for reading in readings(model, names)}
    return [name for name in names if name in read]


def _listed(names: Sequence[str] | pd.Index) -> str:
    shown = ", ".join(repr(str(name)) for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


def infer_features(model: Estimator, table: pd.DataFrame) -> tuple[Feature, ...]:
    """Return the features of a table as the contract describes them.

    Parameters
    ----------
    model : Estimator
        Fitted on these features; its encoders give the categories.
    table : DataFrame
        The features alone, in the order of the training data.

    Raises
    ------
    InputError
        A feature holds no value at all, mixed types, infinity, or a type that JSON does not know.
    """
    categories = categories_of(model, list(map(str, table.columns)))
    return tuple(_feature(str(name), table[name], categories.get(str(name))) for name in table.columns)


def categories_of(model: Estimator, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the texts that the encoders of a model know, by feature; a free text has none."""
    found: dict[str, tuple[str, ...]] = {}
    for reading in readings(model, names):
        if isinstance(reading.step, (OneHotEncoder, OrdinalEncoder)):
            values = [value for value in reading.step.categories_[reading.position] if isinstance(value, str)]
            if values:
                found[reading.feature] = tuple(values)
    return found


def _feature(name: str, column: pd.Series, categories: tuple[str, ...] | None) -> Feature:
    present = column.dropna()
    if present.empty:
        raise InputError(f"{name}: the data hold no value at all. Give data in which it has some.")
    kind = _type(name, present)
    feature = Feature(name=name, type=kind, nullable=bool(column.isna().any()))
    if kind == "string":
        feature.categories = categories
        feature.example = str(present.mode().iloc[0])
    elif kind == "boolean":
        feature.example = bool(present.mode().iloc[0])
    else:
        _describe_numbers(feature, present)
    return feature


def _type(name: str, present: pd.Series) -> FeatureType:
    if pd.api.types.is_bool_dtype(present.dtype) or all(isinstance(value, bool) for value in present):
        return "boolean"
    if pd.api.types.is_integer_dtype(present.dtype):
        return "integer"
    if pd.api.types.is_float_dtype(present.dtype):
        return "number"
    types = {type(value).__name__ for value in present}
    if types == {"str"}:
        return "string"
    raise InputError(
        f"{name}: holds values of type {', '.join(sorted(types))}; expected numbers, integers, texts or booleans."
    )


def _describe_numbers(feature: Feature, present: pd.Series) -> None:
    values = np.sort(present.to_numpy(dtype=np.float64))
    if not np.isfinite(values).all():
        raise InputError(f"{feature.name}: holds infinity, which JSON does not know. Remove such rows.")

    def plain(value: float) -> Scalar:
        return int(value) if feature.type == "integer" else float(value)

    feature.observed_minimum = plain(values[0])  # type: ignore[assignment] # plain gives no text here
    feature.observed_maximum = plain(values[-1])  # type: ignore[assignment] # likewise
    feature.example = plain(values[len(values) // 2])
