"""The original model, asked with the same JSON values that callers send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from inference_lib.contract.document import class_key
from model_export.errors import InputError, UnsupportedModel
from model_export.source.anatomy import reads_one_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from inference_lib.contract.document import Feature, Json, Task

    Instance = dict[str, Json]
    Prediction = dict[str, Json]


class Estimator(Protocol):
    """A fitted scikit-learn estimator, or anything with its manners."""

    def predict(self, X: pd.DataFrame | pd.Series | NDArray[np.generic]) -> NDArray[np.generic]:  # noqa: N803 - scikit-learn's name
        """Return a label or value for each row."""


class Booster(Protocol):
    """A Booster of XGBoost or LightGBM."""

    def save_model(self, path: str, /) -> object:
        """Write a file."""


def task_of(model: Estimator) -> Task:
    """Return what a fitted model predicts.

    Raises
    ------
    InputError
        The model is not fitted, or predicts several outputs.
    """
    if not _is_fitted(model):
        raise InputError(f"{type(model).__name__} is not fitted. Call fit before the export.")
    if not hasattr(model, "classes_"):
        return "regression"
    classes: Sequence[object] = model.classes_
    if isinstance(classes, list) and classes and isinstance(classes[0], np.ndarray):
        raise InputError(f"{type(model).__name__} predicts {len(classes)} targets at once; expected one.")
    return "binary" if len(classes) <= 2 else "multiclass"  # noqa: PLR2004 - two classes are binary


def _is_fitted(model: Estimator) -> bool:
    if getattr(model, "n_features_in_", None) is not None:
        return True
    try:
        check_is_fitted(model)
    except (NotFittedError, TypeError):
        return False
    return True


def classes_of(model: Estimator) -> tuple[str | int | bool, ...]:
    """Return the classes in the order of ``predict_proba``, as JSON values; empty for a regressor.

    Raises
    ------
    UnsupportedModel
        The classes are neither strings, integers nor booleans.
    """
    found: list[object] = [] if not hasattr(model, "classes_") else np.asarray(model.classes_).tolist()
    classes: list[str | int | bool] = []
    for value in found:
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        if not isinstance(whole, (str, int)):
            raise UnsupportedModel(
                f"The classes are of type {type(value).__name__}; expected strings, integers or booleans. "
                "Fit with such labels."
            )
        classes.append(whole)
    return tuple(classes)


class Original:
    """The model as the data scientist fitted it: the judge of the converted one.

    Parameters
    ----------
    model : Estimator
        Fitted.
    features : sequence of Feature
        In the order of the training data.
    table : DataFrame
        Rows in the form of the training data; gives the types and the marks of missing values.
    """

    def __init__(self, model: Estimator, features: Sequence[Feature], table: pd.DataFrame) -> None:
        self._model = model
        self._features = features
        self._by_name = hasattr(model, "feature_names_in_")
        self._reads_one_text = reads_one_text(model)
        self._types = {feature.name: table[feature.name].dtype for feature in features}
        self._marks = {feature.name: _missing_mark(table[feature.name]) for feature in features}
        self._kind = type(model).__name__
        self.task = task_of(model)
        self.classes = classes_of(model)
        self._keys = [class_key(value) for value in self.classes]

    def predict(self, instances: Sequence[Instance]) -> list[Prediction]:
        """Return predictions in the form of the API's answers.

        Parameters
        ----------
        instances : sequence of dict
            Feature values by name; None where missing.

        Returns
        -------
        list of dict
            For each instance ``label``, ``probability`` and ``probabilities``, or ``value``.
        """
        rows = self._rows(instances)
        answers = np.asarray(self._model.predict(rows))
        if self.task == "regression":
            if answers.size != len(instances):
                raise InputError(
                    f"{self._kind} predicts {answers.size // len(instances)} targets at once; expected one."
                )
            return [{"value": float(value)} for value in answers.reshape(-1)]
        probabilities: NDArray[np.float64] = self._model.predict_proba(rows)  # type: ignore[attr-defined] # checks/outputs.py proved it
        position = {value: index for index, value in enumerate(np.asarray(self._model.classes_).tolist())}  # type: ignore[attr-defined] # a classifier
        return [
            self._prediction(position[label], row)
            for label, row in zip(answers.tolist(), probabilities.tolist(), strict=True)
        ]

    def _prediction(self, label: int, row: list[float]) -> Prediction:
        probabilities: dict[str, Json] = dict(zip(self._keys, row, strict=True))
        return {"label": self.classes[label], "probability": row[label], "probabilities": probabilities}

    def _rows(self, instances: Sequence[Instance]) -> pd.DataFrame | pd.Series | NDArray[np.generic]:
        frame = self._frame(instances)
        if self._reads_one_text:
            return frame.iloc[:, 0]
        return frame if self._by_name else frame.to_numpy()

    def _frame(self, instances: Sequence[Instance]) -> pd.DataFrame:
        columns = {
            feature.name: self._series(feature, [instance[feature.name] for instance in instances])
            for feature in self._features
        }
        return pd.DataFrame(columns)

    def _series(self, feature: Feature, values: list[Json]) -> pd.Series:
        dtype, mark = self._types[feature.name], self._marks[feature.name]
        marked = [mark if value is None else value for value in values]
        if None in values and dtype.kind in "iub":
            # NumPy's integers and booleans hold no missing value; pandas itself reads such a column as floats.
            return pd.Series([float(value) if isinstance(value, (int, float)) else np.nan for value in values])
        return pd.Series(marked, dtype=dtype)


def _missing_mark(column: pd.Series) -> object:
    missing = column[column.isna()]
    return missing.iloc[0] if len(missing) else np.nan


def instances_of(table: pd.DataFrame, features: Sequence[Feature]) -> list[Instance]:
    """Return the rows of a table as callers would send them.

    Returns
    -------
    list of dict
        JSON values by feature name; None where missing.
    """
    columns = {feature.name: _values(table[feature.name], feature) for feature in features}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _values(column: pd.Series, feature: Feature) -> list[Json]:
    convert = {"number": float, "integer": int, "string": str, "boolean": bool}[feature.type]
    missing = column.isna()
    return [None if gone else convert(value) for value, gone in zip(column.tolist(), missing, strict=True)]


def columns_of(instances: Sequence[Instance]) -> Mapping[str, list[Json]]:
    """Return instances the way the serving runtime takes them: values by feature."""
    return {name: [instance[name] for instance in instances] for name in instances[0]}
