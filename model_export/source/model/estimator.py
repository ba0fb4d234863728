"""What a fitted model is: its task, and its classes and targets as JSON values."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from scipy.sparse import issparse
from sklearn import get_config
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from inference_lib.contract.document import Target
from model_export.errors import InputError, UnsupportedModel
from model_export.source.model.forms import OUTLIERS, last_step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


class Methods:
    """The methods of a fitted model, each of which reads rows that no other has written to.

    The steps before the last of a pipeline run once for all of its methods, as their call costs most of the time of a
    few rows.

    Parameters
    ----------
    model : Estimator
        Fitted.

    Attributes
    ----------
    model : Estimator
        What has the methods: the last step of a pipeline, or the model.
    """

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - estimators of many authors
        # A subclass may do more, and metadata routing gives the steps more than rows.
        shares = type(model) is Pipeline and len(model.steps) > 1 and not get_config()["enable_metadata_routing"]
        self._before = (
            [step for _, step in model.steps[:-1] if not (step is None or step == "passthrough")] if shares else []
        )
        self.model = model.steps[-1][1] if shares else model

    def reading(self, rows: Callable[[], object]) -> Callable[[], object]:
        """Return what gives a method the rows as it reads them, anew for each.

        Parameters
        ----------
        rows : callable
            Gives the rows as the model reads them; a step may write to what it is given.
        """
        if not self._before:
            return rows
        given = self._transformed(rows())
        if isinstance(given, np.ndarray):
            # In the order that it has: sums of another order differ in the last bit.
            return partial(given.copy, "K")
        if issparse(given):
            copied: Callable[[], object] = given.copy
            return copied
        # A copy of a table is one block, which pandas gives to a step as an array that cannot be written to.
        ready = [given]
        return lambda: ready.pop() if ready else self._transformed(rows())

    def _transformed(self, rows: Any) -> Any:  # noqa: ANN401 - estimators of many authors
        for step in self._before:
            rows = step.transform(rows)
        return rows


def task_of(model: Estimator) -> Task:
    """Return what a fitted model predicts.

    Raises
    ------
    InputError
        The model is not fitted, or cannot predict.
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
    kind = _kind(model)
    if kind == "outlier_detector":
        return "anomaly"
    if kind in {"clusterer", "density_estimator"}:
        return "clustering"
    if not hasattr(model, "classes_"):
        return "regression"
    most = max((len(each) for each in model.classes_), default=0) if _has_several(model) else len(model.classes_)
    return "binary" if most <= 2 else "multiclass"  # noqa: PLR2004 - two classes are binary


def _kind(model: Estimator) -> str:
    """Return what scikit-learn calls a model; empty for what is none of its estimators."""
    if not isinstance(model, BaseEstimator):
        return ""
    return get_tags(model).estimator_type or ""


def _has_several(model: Estimator) -> bool:
    classes: object = getattr(model, "classes_", None)
    return isinstance(classes, list) and bool(classes) and isinstance(classes[0], np.ndarray)


def _is_fitted(model: Estimator) -> bool:
    if getattr(model, "n_features_in_", None) is not None:
        return True
    try:
        check_is_fitted(model)
    except (NotFittedError, TypeError):
        return False
    return True


def classes_of(model: Estimator) -> tuple[str | int | bool, ...]:
    """Return all labels that a model gives, as JSON values, in the order of its numbers.

    Returns
    -------
    tuple
        Empty for a regressor and for several targets; the numbers of the clusters from 0 for a clusterer.

    Raises
    ------
    UnsupportedModel
        The classes are neither strings, integers nor booleans.
    """
    kind = _kind(model)
    if kind == "outlier_detector":
        return tuple(OUTLIERS.values())
    if kind in {"clusterer", "density_estimator"}:
        return tuple(range(_clusters(model)))
    if not hasattr(model, "classes_") or _has_several(model):
        return ()
    return _as_json(model.classes_)


def targets_of(model: Estimator, names: Sequence[str], width: int) -> tuple[Target, ...]:
    """Return the targets of a model that predicts several; none of a model that predicts one.

    Parameters
    ----------
    model : Estimator
        Fitted.
    names : sequence of str
        Of the columns of the data that hold the targets; without, they are called ``target_1`` and so on.
    width : int
        How many numbers or labels it predicts for a row.

    Raises
    ------
    InputError
        There is another number of names than of targets.
    """
    if names and len(names) != width:
        raise InputError(
            f"The model predicts {width} target{'s' if width > 1 else ''}, and --target names {len(names)}: "
            f"{', '.join(names)}. Name the columns in the order of the training data."
        )
    if width == 1 and not _has_several(model):
        return ()
    known = names or [f"target_{number}" for number in range(1, width + 1)]
    classes = [_as_json(each) for each in model.classes_] if _has_several(model) else [()] * width  # type: ignore[attr-defined] # a classifier
    return tuple(Target(name=name, classes=each) for name, each in zip(known, classes, strict=True))


def _as_json(classes: object) -> tuple[str | int | bool, ...]:
    found: list[str | int | bool] = []
    for value in np.asarray(classes).tolist():
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        if not isinstance(whole, (str, int)):
            raise UnsupportedModel(
                f"The classes are of type {type(value).__name__}; expected strings, integers or booleans. "
                "Fit with such labels."
            )
        found.append(whole)
    return tuple(found)


def _clusters(model: Estimator) -> int:
    """Return how many clusters a fitted clusterer knows."""
    last = last_step(model)
    for centers in ("cluster_centers_", "means_"):
        if hasattr(last, centers):
            return len(getattr(last, centers))
    labels = getattr(last, "subcluster_labels_", getattr(last, "labels_", (0,)))
    return int(np.max(labels)) + 1
