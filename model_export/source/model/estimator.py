"""What a fitted model is: its task, and its classes as JSON values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from model_export.errors import InputError, UnsupportedModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from inference_lib.contract.document import Task


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
    if not hasattr(model, "predict"):
        steps = getattr(model, "steps", [("", model)])
        last = type(steps[-1][1]).__name__ if not isinstance(steps[-1][1], str) else repr(steps[-1][1])
        raise InputError(
            f"{type(model).__name__} has no predict: it ends in {last}. Give the pipeline with the estimator as its "
            "last step."
        )
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
