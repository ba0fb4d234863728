"""LightGBM: trees that compare and add doubles, with the link of the objective."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from model_export.conversion.converters.preprocessing.encoders.categories import look_up
from model_export.conversion.converters.preprocessing.functions.numpy_functions import trunc
from model_export.conversion.converters.trees.boosters.lightgbm_model import NEARLY_ZERO, read_model
from model_export.conversion.converters.trees.nodes import sum_of_trees
from model_export.conversion.formulas.classes import both
from model_export.conversion.formulas.functions import exp, log1p, sigmoid, sign, softmax
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.tensor import concat, gather, where
from model_export.conversion.methods.registry import predictions, probabilities, scores

if TYPE_CHECKING:
    from lightgbm import LGBMClassifier, LGBMModel, LGBMRegressor

    from model_export.conversion.converters.trees.boosters.lightgbm_model import Saved
    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor

_CLASSIFIERS = ("lightgbm.LGBMClassifier", "model_export.BoosterClassifier")
_REGRESSORS = ("lightgbm.LGBMRanker", "lightgbm.LGBMRegressor", "model_export.BoosterRegressor")
_IDENTITY: Final = frozenset(
    {"fair", "huber", "lambdarank", "mape", "quantile", "rank_xendcg", "regression", "regression_l1"}
)
_EXPONENTIAL: Final = frozenset({"gamma", "poisson", "tweedie"})
_UNKNOWN_CODE: Final = -1.0


@probabilities(*_CLASSIFIERS)
def lightgbm_probabilities(model: LGBMClassifier, x: Table) -> Tensor:
    """Write predict_proba of LightGBM's classifiers."""
    saved = read_model(model)
    raw = _raw(model, saved, x)
    name, *parameters = saved.objective.split() or [""]
    if name == "multiclass":
        return softmax(raw)
    if name == "multiclassova":
        return sigmoid(raw * _sigmoid_of(parameters))
    if name == "binary":
        return both(sigmoid(raw * _sigmoid_of(parameters)))
    raise Refusal.of(
        model, f"no converter knows its objective {name or 'of your own'!r}", "Fit with binary or multiclass"
    )


@scores("lightgbm.LGBMClassifier")
def lightgbm_scores(model: LGBMClassifier, x: Table) -> Tensor:
    """Write LGBMClassifier.decision_function: the raw scores."""
    return _raw(model, read_model(model), x)


@predictions(*_CLASSIFIERS)
def lightgbm_label(model: LGBMClassifier, x: Table) -> Tensor:
    """Write LGBMClassifier.predict: the class of the greatest probability."""
    return lightgbm_probabilities(model, x).argmax()


@predictions(*_REGRESSORS)
def lightgbm_value(model: LGBMRegressor, x: Table) -> Tensor:
    """Write predict of LightGBM's regressors and rankers."""
    saved = read_model(model)
    raw = _raw(model, saved, x)
    name, *parameters = saved.objective.split() or [""]
    if name in _EXPONENTIAL:
        return exp(raw)
    if name == "cross_entropy":
        return sigmoid(raw)
    if name == "cross_entropy_lambda":
        return log1p(exp(raw))
    if name in _IDENTITY:
        return sign(raw) * raw * raw if "sqrt" in parameters else raw
    raise Refusal.of(
        model, f"no converter knows its objective {name or 'of your own'!r}", "Fit with objective='regression'"
    )


def _sigmoid_of(parameters: list[str]) -> float:
    return next((float(each.partition(":")[2]) for each in parameters if each.startswith("sigmoid:")), 1.0)


def _raw(model: LGBMModel, saved: Saved, x: Table) -> Tensor:
    numbers = _columns(model, saved, x)
    total = _linear(saved, numbers) if saved.linear else sum_of_trees(saved.trees, numbers, saved.groups)
    return total / float(len(saved.trees) // saved.groups) if saved.averages else total


def _columns(model: LGBMModel, saved: Saved, x: Table) -> Tensor:
    """Return the columns as doubles: codes for categories, and NaN for zeros that are missing values."""
    if not saved.categories and not saved.zero_is_missing and not x.has_texts:
        return x.numbers()
    columns = []
    for place, column in enumerate(x.columns()):
        if column.kind == "string" and not saved.categories.get(place):
            raise Refusal.of(
                model,
                "it keeps the categories of pandas without saying of which columns they are, where some are ordered or "
                "others are named in categorical_feature",
                "Fit with unordered ones alone (column.cat.as_unordered()), or put an OrdinalEncoder before the model",
            )
        if place in saved.categories:
            columns.append(_codes(model, saved, column, place))
        elif place in saved.zero_is_missing:
            number = column.cast("double")
            columns.append(where(abs(number) <= NEARLY_ZERO, number.like([[math.nan]]), number))
        else:
            columns.append(column.cast("double"))
    return concat(columns)


def _codes(model: LGBMModel, saved: Saved, column: Tensor, place: int) -> Tensor:
    """Return codes: those of pandas' categories, or whole numbers that are codes already."""
    known = saved.categories[place]
    if known:
        return look_up(model, column, known, np.arange(len(known), dtype=np.float64).tolist(), math.nan)
    sets = [tree.members[node] for tree in saved.trees for node in tree.members if tree.features[node] == place]
    codes = sorted({float(code) for each in sets for code in each})
    return look_up(model, trunc(column.cast("double")), codes, codes, _UNKNOWN_CODE)


def _linear(saved: Saved, numbers: Tensor) -> Tensor:
    """Return the sum of linear models in leaves; the plain value of a leaf where a column that it reads is missing."""
    missing = numbers.is_nan()
    present = where(missing, numbers.like([[0.0]]), numbers)
    totals = []
    for tree, leaves in zip(saved.trees, saved.linear, strict=True):
        numbered = np.concatenate(
            [np.zeros(len(tree.values) - len(leaves.constants)), np.arange(len(leaves.constants))]
        )
        reached = sum_of_trees([replace(tree, values=numbered, target=0)], numbers)
        place = reached.cast("int64").reshape([-1])
        width = leaves.coefficients.shape[1]
        weights = gather(numbers.like(leaves.coefficients), place, width)
        reads = gather(numbers.like(leaves.reads.astype(np.float64)), place, width)
        plain = gather(numbers.like(tree.values[tree.is_leaf][:, None]), place, 1)
        start = gather(numbers.like(leaves.constants[:, None]), place, 1)
        lacks = (reads * missing.cast("double")).max() > 0.0
        totals.append(where(lacks, plain, (weights * present).sum() + start))
    groups = [totals[group :: saved.groups] for group in range(saved.groups)]
    return concat([concat(each).sum() for each in groups])
