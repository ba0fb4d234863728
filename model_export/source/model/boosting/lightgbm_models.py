"""LightGBM: files by ``save_model``, Boosters, and converters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from lightgbm import Booster, LGBMClassifier, LGBMRegressor
from lightgbm.basic import LightGBMError
from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm
from skl2onnx import update_registered_converter
from skl2onnx.common.shape_calculator import (
    calculate_linear_classifier_output_shapes,
    calculate_linear_regressor_output_shapes,
)
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from model_export.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

_RANKS = ("lambdarank", "rank_xendcg")
_BINARY = 2
_TREES_READ = 40
_FIRST_LINE = "tree\n"


class BoosterRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn ships no types
    """A LightGBM Booster with the manners of scikit-learn.

    Parameters
    ----------
    booster : lightgbm.Booster
        Trained.
    """

    boosting_type = "gbdt"

    def __init__(self, booster: Booster) -> None:
        self.booster = booster
        self.booster_ = booster
        self.n_features_in_ = booster.num_feature()
        self.feature_names_in_ = np.asarray(booster.feature_name(), dtype=object)

    def predict(self, X: pd.DataFrame | NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: N803 - scikit-learn's name
        """Return a value for each row."""
        return np.asarray(self.booster_.predict(np.asarray(X)))


class BoosterClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn ships no types
    """A LightGBM Booster with the manners of scikit-learn; its classes are 0, 1, ...

    Parameters
    ----------
    booster : lightgbm.Booster
        Trained.
    """

    boosting_type = "gbdt"

    def __init__(self, booster: Booster) -> None:
        self.booster = booster
        self.booster_ = booster
        self.n_features_in_ = booster.num_feature()
        self.feature_names_in_ = np.asarray(booster.feature_name(), dtype=object)
        self.classes_ = np.arange(max(_BINARY, booster.num_model_per_iteration()))

    def predict_proba(self, X: pd.DataFrame | NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: N803 - scikit-learn's name
        """Return the probability of each class for each row."""
        scores = np.asarray(self.booster_.predict(np.asarray(X)))
        return scores if scores.ndim == _BINARY else np.column_stack([1 - scores, scores])

    def predict(self, X: pd.DataFrame | NDArray[np.float64]) -> NDArray[np.int64]:  # noqa: N803 - scikit-learn's name
        """Return the class of each row."""
        return np.asarray(self.classes_[np.argmax(self.predict_proba(X), axis=1)])


def read_file(path: Path) -> BoosterClassifier | BoosterRegressor:
    """Read a ``.txt`` file by ``Booster.save_model``.

    Raises
    ------
    InputError
        The file is none of LightGBM, or its objective is none of a classifier or regressor.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        # LightGBM itself writes to the screen when it cannot read a file.
        booster = Booster(model_str=text) if text.startswith(_FIRST_LINE) else None
    except LightGBMError:
        booster = None
    if booster is None:
        raise InputError(f"{path}: is no LightGBM model. Save one with booster.save_model('model.txt').")
    try:
        return estimator_of(booster)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def estimator_of(booster: Booster) -> BoosterClassifier | BoosterRegressor:
    """Return a Booster with the manners of scikit-learn.

    Raises
    ------
    InputError
        The objective is none of a classifier or regressor.
    """
    objective = objective_of(booster)
    if objective.startswith(_RANKS):
        raise InputError(f"LightGBM's objective {objective!r} is none of a classifier or regressor.")
    return (BoosterClassifier if objective.startswith(("binary", "multiclass")) else BoosterRegressor)(booster)


def objective_of(booster: Booster) -> str:
    """Return what was optimised and its parameters, such as ``binary sigmoid:1``; empty for one of the user's own."""
    lines = booster.model_to_string(num_iteration=1).splitlines()
    return next((line.partition("=")[2] for line in lines if line.startswith("objective=")), "")


def splits_of(model: LGBMClassifier | LGBMRegressor) -> Iterator[tuple[int, float]]:
    """Yield column and threshold of each numeric split."""
    booster = model.booster_
    places = {name: place for place, name in enumerate(booster.feature_name())}
    table = booster.trees_to_dataframe()
    splits = table[(table["tree_index"] < _TREES_READ) & (table["decision_type"] == "<=")]
    for name, threshold in splits[["split_feature", "threshold"]].itertuples(index=False):
        yield places[name], float(threshold)


def register() -> None:
    """Put the converters into the registry of skl2onnx."""
    options = {"nocl": [True, False], "zipmap": [True, False, "columns"]}
    for classifier in (LGBMClassifier, BoosterClassifier):
        shape = calculate_linear_classifier_output_shapes
        alias = f"LightGBM{classifier.__name__}"
        update_registered_converter(classifier, alias, shape, convert_lightgbm, overwrite=True, options=options)
    for regressor in (LGBMRegressor, BoosterRegressor):
        shape = calculate_linear_regressor_output_shapes
        update_registered_converter(regressor, f"LightGBM{regressor.__name__}", shape, convert_lightgbm, overwrite=True)
