"""LightGBM: files by ``save_model``, Boosters, and the categories that their columns hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from lightgbm import Booster, LGBMClassifier, LGBMRegressor
from lightgbm.basic import LightGBMError
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from model_export.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd
    from lightgbm import LGBMModel
    from numpy.typing import NDArray

_BINARY = 2
_TREES_READ = 40
_FIRST_LINE = "tree\n"


class _BoosterEstimator(BaseEstimator):  # type: ignore[misc] # scikit-learn ships no types
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


class BoosterRegressor(RegressorMixin, _BoosterEstimator):  # type: ignore[misc] # scikit-learn ships no types
    """A LightGBM Booster that answers with values, as a regressor of scikit-learn."""

    def predict(self, X: pd.DataFrame | NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: N803 - scikit-learn's name
        """Return a value for each row."""
        return np.asarray(_answers(self.booster_, X))


class BoosterClassifier(ClassifierMixin, _BoosterEstimator):  # type: ignore[misc] # scikit-learn ships no types
    """A LightGBM Booster that answers with probabilities, as a classifier of scikit-learn; its classes are 0, 1, ..."""

    def __init__(self, booster: Booster) -> None:
        super().__init__(booster)
        self.classes_ = np.arange(max(_BINARY, booster.num_model_per_iteration()))

    def predict_proba(self, X: pd.DataFrame | NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: N803 - scikit-learn's name
        """Return the probability of each class for each row."""
        scores = np.asarray(_answers(self.booster_, X))
        return scores if scores.ndim == _BINARY else np.column_stack([1 - scores, scores])

    def predict(self, X: pd.DataFrame | NDArray[np.float64]) -> NDArray[np.int64]:  # noqa: N803 - scikit-learn's name
        """Return the class of each row."""
        return np.asarray(self.classes_[np.argmax(self.predict_proba(X), axis=1)])


def _answers(booster: Booster, rows: pd.DataFrame | NDArray[np.float64]) -> object:
    # A Booster that knows categories of pandas finds their codes in a table alone.
    return booster.predict(rows if booster.pandas_categorical else np.asarray(rows))


def read_file(path: Path) -> BoosterClassifier | BoosterRegressor:
    """Read a ``.txt`` file by ``Booster.save_model``.

    Raises
    ------
    InputError
        The file is none of LightGBM.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        # LightGBM itself writes to the screen when it cannot read a file.
        booster = Booster(model_str=text) if text.startswith(_FIRST_LINE) else None
    except LightGBMError:
        booster = None
    if booster is None:
        raise InputError(f"{path}: is no LightGBM model. Save one with booster.save_model('model.txt').")
    return estimator_of(booster)


def estimator_of(booster: Booster) -> BoosterClassifier | BoosterRegressor:
    """Return a Booster with the manners of scikit-learn; a ranker is a regressor of scores."""
    objective = objective_of(booster)
    return (BoosterClassifier if objective.startswith(("binary", "multiclass")) else BoosterRegressor)(booster)


def objective_of(booster: Booster) -> str:
    """Return what was optimised and its parameters, such as ``binary sigmoid:1``; empty for one of the user's own."""
    lines = booster.model_to_string(num_iteration=1).splitlines()
    return next((line.partition("=")[2] for line in lines if line.startswith("objective=")), "")


def categories_of(model: LGBMModel) -> dict[int, Sequence[object]]:
    """Return the values of each column of categories, in the order of their codes; empty where it holds codes."""
    booster = model.booster_
    places = [int(place) for place in _places(booster.model_to_string(num_iteration=1))]
    values: list[list[object]] = booster.pandas_categorical or []
    return {place: values[at] if len(values) == len(places) else () for at, place in enumerate(places)}


def _places(text: str) -> list[str]:
    found = re.search(r"^\[categorical_feature: ([\d,]+)\]$", text, re.MULTILINE)
    return found[1].split(",") if found else []


def splits_of(model: LGBMClassifier | LGBMRegressor) -> Iterator[tuple[int, float]]:
    """Yield column and threshold of each numeric split."""
    booster = model.booster_
    places = {name: place for place, name in enumerate(booster.feature_name())}
    table = booster.trees_to_dataframe()
    splits = table[(table["tree_index"] < _TREES_READ) & (table["decision_type"] == "<=")]
    for name, threshold in splits[["split_feature", "threshold"]].itertuples(index=False):
        yield places[name], float(threshold)
