"""XGBoost: files by ``save_model``, Boosters, and the categories that their columns hold."""

from __future__ import annotations

import json
import warnings
from itertools import pairwise
from typing import TYPE_CHECKING

from xgboost import Booster, XGBClassifier, XGBRegressor
from xgboost import __version__ as xgboost_version
from xgboost.core import XGBoostError

from model_export.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from xgboost import XGBModel


_TREES_READ = 40
_WEIGHTS = b"weight_drop"
_CLASSIFIES = ("binary:", "multi:")
_REGRESSES = ("reg:", "count:", "survival:", "rank:")


def read_file(path: Path) -> XGBClassifier | XGBRegressor:
    """Read a ``.json`` or ``.ubj`` file by ``save_model``, of a Booster or of the scikit-learn API.

    Raises
    ------
    InputError
        The file is none of XGBoost, or its objective is none of a classifier or regressor.
    """
    with warnings.catch_warnings():
        # What is deprecated in XGBoost is refused by the checks, with the way out.
        warnings.simplefilter("ignore")
        try:
            booster = Booster(model_file=str(path))
            _refuse_lost_weights(path, booster)
            return estimator_of(booster)
        except XGBoostError as error:
            raise InputError(f"{path}: is no XGBoost model. Save one with model.save_model('model.ubj').") from error
        except InputError as error:
            raise InputError(f"{path}: {error}") from error


def estimator_of(booster: Booster) -> XGBClassifier | XGBRegressor:
    """Return a Booster with the manners of scikit-learn; its classes are 0, 1, ...

    Raises
    ------
    InputError
        The objective is none of a classifier or regressor.
    """
    objective = objective_of(booster)
    if objective.startswith(_CLASSIFIES):
        model = XGBClassifier()
    elif objective.startswith(_REGRESSES):
        model = XGBRegressor()
    else:
        raise InputError(f"XGBoost's objective {objective!r} is none of a classifier or regressor.")
    model.load_model(booster.save_raw("ubj"))
    if "c" in (booster.feature_types or ()):
        model.set_params(enable_categorical=True)
    return model


def objective_of(booster: Booster) -> str:
    """Return what was optimised, such as ``binary:logistic``."""
    name: str = json.loads(booster.save_config())["learner"]["objective"]["name"]
    return name


def kind_of(booster: Booster) -> str:
    """Return what the booster is: ``gbtree``, ``dart`` or ``gblinear``.

    XGBoost 3.3 and later call a booster with dropped trees ``gbtree`` too, and say by ``weight_drop`` alone that its
    trees are weighted; earlier ones keep ``weight_drop`` beside the trees.
    """
    made = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]
    weighted = "weight_drop" in made or "weight_drop" in made.get("model", {})
    name: str = made["name"]
    return "dart" if weighted else name


def splits_of(model: XGBClassifier | XGBRegressor) -> Iterator[tuple[int, float]]:
    """Yield column and threshold of each numeric split."""
    booster = model.get_booster()
    if kind_of(booster) == "gblinear":
        return
    places = {name: place for place, name in enumerate(booster.feature_names or ())}
    table = booster.trees_to_dataframe()
    splits = table[(table["Tree"] < _TREES_READ) & (table["Feature"] != "Leaf")]
    for name, split in splits[["Feature", "Split"]].dropna().itertuples(index=False):
        yield places.get(name, int(name[1:]) if name[1:].isdigit() else 0), float(split)


def categories_of(model: XGBModel) -> dict[int, Sequence[str | float]]:
    """Return the values of each column of categories, in the order of their codes; empty where it holds codes."""
    booster = model.get_booster()
    if "c" not in (booster.feature_types or ()):
        return {}
    return saved_categories(json.loads(booster.save_raw("json"))["learner"])


def saved_categories(learner: dict[str, Any]) -> dict[int, Sequence[str | float]]:
    """Return the same from the member ``learner`` of a saved model."""
    made = learner["gradient_booster"]
    trees = made.get("gbtree", made)["model"]
    encoded = trees.get("cats", {}).get("enc", [])
    types = learner.get("feature_types") or []
    return {
        place: _category_values(encoded[place]) if place < len(encoded) else []
        for place, kind in enumerate(types)
        if kind == "c"
    }


def _category_values(column: dict[str, Any]) -> Sequence[str | float]:
    values = column["values"]
    if "offsets" not in column:
        # XGBoost refuses categories of floats, also those that hold the same value as a whole number.
        return [int(value) for value in values]
    return [bytes(value % 256 for value in values[a:b]).decode() for a, b in pairwise(column["offsets"])]


def _refuse_lost_weights(path: Path, booster: Booster) -> None:
    """Refuse a file whose weights of trees the installed XGBoost does not read: it would answer as another model."""
    if _WEIGHTS in path.read_bytes() and kind_of(booster) != "dart":
        raise InputError(
            "it holds weights of dropped trees (booster='dart') in a form that XGBoost "
            f"{xgboost_version} does not read, so that it would answer as another model. "
            "Export it with the XGBoost that saved it."
        )
