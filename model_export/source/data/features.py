"""The contract's features, read from the data and the fitted model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from inference_lib.contract.document import Feature
from model_export.errors import InputError
from model_export.source.model.anatomy import fitted_names, lightgbm_names, readings, reads_one_text, root_transformers
from model_export.source.model.graph.onnx_model import OnnxModel
from model_export.source.model.knowledge import Knowledge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_lib.contract.document import FeatureType
    from model_export.source.model.estimator import Estimator

_SHOWN = 5
MOST_EXACT: Final = 2**53
"""Largest magnitude of whole numbers that JSON's readers hold exactly (RFC 8259, section 6)."""


def feature_names(model: Estimator, table: pd.DataFrame, targets: Sequence[str] = ()) -> list[str]:
    """Return the names of the features that the model reads, in the order of its training data.

    Parameters
    ----------
    model : Estimator
        Fitted. One that was fitted on an array takes the names of the table, in its order.
    table : DataFrame
        One row for each instance.
    targets : sequence of str
        The columns that hold the labels.

    Raises
    ------
    InputError
        A target or a feature is not in the table, a target is a feature, or their number is not the model's.
    """
    if absent := [target for target in targets if target not in table.columns]:
        raise InputError(f"The data have no column {absent[0]!r} to be the target; they have {_listed(table.columns)}.")
    given = [name for name in table.columns if name not in targets]
    if isinstance(model, OnnxModel):
        return model.feature_names(given)
    names = fitted_names(model) or _as_written(lightgbm_names(model), given)
    if names:
        read = _read(model, names)
        if both := [target for target in targets if target in read]:
            raise InputError(f"The target {both[0]!r} is a feature of the model. Name the column of the labels.")
        missing = [name for name in read if name not in given]
        if missing:
            raise InputError(f"The data lack what the model was fitted on: {_listed(missing)}.")
        return read
    if reads_one_text(model):
        return [_one_text(table[given])]
    count: int = getattr(model, "n_features_in_", len(given))
    if len(given) != count:
        hint = "" if targets else " Name the column of the labels: --target COLUMN."
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


def infer_features(table: pd.DataFrame, known: Mapping[str, Knowledge]) -> tuple[Feature, ...]:
    """Return the features of a table as the contract describes them, before the model was called.

    Parameters
    ----------
    table : DataFrame
        The features alone, typed, in the order of the training data.
    known : mapping of str to Knowledge
        What the model knows of each; its encoders give the categories.

    Raises
    ------
    InputError
        A feature holds no value at all, mixed types, infinity, whole numbers that JSON does not hold exactly, or a
        type that JSON does not know.
    """
    return tuple(_feature(str(name), table[name], known.get(str(name), Knowledge())) for name in table.columns)


def _feature(name: str, column: pd.Series, known: Knowledge) -> Feature:
    present = column.dropna()
    if present.empty:
        raise InputError(f"{name}: the data hold no value at all. Give data in which it has some.")
    kind = _type(name, present)
    feature = Feature(name=name, type=kind, nullable=bool(column.isna().any()))
    if kind == "string":
        feature.categories = known.texts or None
        feature.example = str(present.mode().iloc[0])
    elif kind == "boolean":
        feature.example = bool(present.mode().iloc[0])
    else:
        _describe_numbers(feature, present)
        feature.categories = numbers_of(known) or None
    return feature


def numbers_of(known: Knowledge) -> tuple[float, ...]:
    """Return the categories that are numbers, whole ones as int; booleans are none."""
    numbers = [value for value in known.categories if isinstance(value, (int, float, np.number))]
    flags = [value for value in known.categories if isinstance(value, (bool, np.bool_))]
    if flags:
        return ()
    return tuple(int(value) if float(value).is_integer() else float(value) for value in numbers)


def _type(name: str, present: pd.Series) -> FeatureType:
    if pd.api.types.is_bool_dtype(present.dtype) or all(isinstance(value, bool) for value in present):
        return "boolean"
    if pd.api.types.is_numeric_dtype(present.dtype):
        return "number"
    types = {type(value).__name__ for value in present}
    if types == {"str"}:
        return "string"
    if types <= {"int", "float"}:
        return "number"
    raise InputError(
        f"{name}: holds values of type {', '.join(sorted(types))}; expected numbers, texts or booleans. "
        "Give the column one type."
    )


def _describe_numbers(feature: Feature, present: pd.Series) -> None:
    """Set the observed range and a typical value: values of the data, whole ones as int."""
    values = present.sort_values().tolist()
    lowest, highest = values[0], values[-1]
    if not (np.isfinite(float(lowest)) and np.isfinite(float(highest))):
        raise InputError(f"{feature.name}: holds infinity, which JSON does not know. Remove such rows.")
    whole = pd.api.types.is_integer_dtype(present.dtype) or all(float(value).is_integer() for value in values)
    if whole and max(abs(int(lowest)), abs(int(highest))) > MOST_EXACT:
        raise InputError(
            f"{feature.name}: holds whole numbers above 2**53, such as an id or a hash. Readers of JSON in other "
            "languages round them, so that callers could not send what the model was fitted on. Leave the feature "
            "out, or fit the model on it as a text."
        )

    def plain(value: float) -> float:
        return int(value) if whole else float(value)

    feature.observed_minimum, feature.observed_maximum = plain(lowest), plain(highest)
    feature.example = plain(values[len(values) // 2])
