"""XGBoost: files by ``save_model``, Boosters, and converters for any feature names."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING

from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost
from skl2onnx import update_registered_converter
from skl2onnx.common.shape_calculator import (
    calculate_linear_classifier_output_shapes,
    calculate_linear_regressor_output_shapes,
)
from xgboost import Booster, XGBClassifier, XGBRegressor, XGBRFClassifier, XGBRFRegressor
from xgboost import __version__ as xgboost_version
from xgboost.core import XGBoostError

from model_export.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import onnx
    from skl2onnx.common._container import ModelComponentContainer
    from skl2onnx.common._topology import Operator, Scope

_TREES_READ = 40
_WEIGHTS = b"weight_drop"
_CLASSIFIES = ("binary:", "multi:")
_REGRESSES = ("reg:", "count:", "survival:")


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


def _refuse_lost_weights(path: Path, booster: Booster) -> None:
    """Refuse a file whose weights of trees the installed XGBoost does not read: it would answer as another model."""
    if _WEIGHTS in path.read_bytes() and kind_of(booster) != "dart":
        raise InputError(
            "it holds weights of dropped trees (booster='dart') in a form that XGBoost "
            f"{xgboost_version} does not read, so that it would answer as another model. "
            "Export it with the XGBoost that saved it."
        )


def _convert(scope: Scope, operator: Operator, container: ModelComponentContainer) -> None:
    # The model is a copy; without names of its own its trees speak of f0, f1, ..., which the converter reads.
    booster = operator.raw_operator.get_booster()
    booster.feature_names = None
    known = len(container.nodes)
    convert_xgboost(scope, operator, container)
    config = json.loads(booster.save_config())["learner"]
    classes = int(config["learner_model_param"]["num_class"])
    side_by_side = int(config["gradient_booster"]["gbtree_model_param"]["num_parallel_tree"])
    if classes > 1:
        for node in container.nodes[known:]:
            _mend_classes(node, classes, side_by_side)


def _mend_classes(node: onnx.NodeProto, classes: int, side_by_side: int) -> None:
    """Give each tree its class, and probabilities whatever the objective.

    The converter takes tree i for class i modulo n, which is wrong where several trees of a class grow side by side
    (XGBRFClassifier); and for ``multi:softmax`` it gives the raw scores.
    """
    attributes = {attribute.name: attribute for attribute in node.attribute}
    if "class_treeids" in attributes:
        trees = attributes["class_treeids"].ints
        attributes["class_ids"].ints[:] = [tree // side_by_side % classes for tree in trees]
        attributes["post_transform"].s = b"SOFTMAX"


def register() -> None:
    """Put the converters into the registry of skl2onnx."""
    options = {"nocl": [True, False], "zipmap": [True, False, "columns"]}
    for classifier in (XGBClassifier, XGBRFClassifier):
        shape = calculate_linear_classifier_output_shapes
        alias = f"XGBoost{classifier.__name__}"
        update_registered_converter(classifier, alias, shape, _convert, overwrite=True, options=options)
    for regressor in (XGBRegressor, XGBRFRegressor):
        shape = calculate_linear_regressor_output_shapes
        update_registered_converter(regressor, f"XGBoost{regressor.__name__}", shape, _convert, overwrite=True)
