"""XGBoost: trees that compare and add float32, with the link of the objective in doubles."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from model_export.conversion.converters.preprocessing.encoders.categories import look_up
from model_export.conversion.converters.trees.boosters.xgboost_model import read_model
from model_export.conversion.converters.trees.nodes import constant_tree, sum_of_trees
from model_export.conversion.formulas.classes import both
from model_export.conversion.formulas.functions import exp, sigmoid, softmax
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.tensor import concat, where
from model_export.conversion.methods.registry import predictions, probabilities

if TYPE_CHECKING:
    from xgboost import XGBClassifier, XGBModel, XGBRegressor

    from model_export.conversion.converters.trees.boosters.xgboost_model import Saved
    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor

_EXPONENTIAL: Final = ("count:poisson", "reg:gamma", "reg:tweedie", "survival:aft", "survival:cox")
_IDENTITY: Final = (
    *("reg:absoluteerror", "reg:expectileerror", "reg:pseudohubererror", "reg:quantileerror", "reg:squarederror"),
    *("reg:squaredlogerror", "rank:map", "rank:ndcg", "rank:pairwise"),
)
_CLASSIFIERS = ("xgboost.XGBClassifier", "xgboost.XGBRFClassifier")
_REGRESSORS = ("xgboost.XGBRanker", "xgboost.XGBRegressor", "xgboost.XGBRFRegressor")
_UNKNOWN_CODE: Final = -1.0


@probabilities(*_CLASSIFIERS)
def xgboost_probabilities(model: XGBClassifier, x: Table) -> Tensor:
    """Write predict_proba of XGBoost's classifiers."""
    saved = read_model(model)
    raw = _raw(model, saved, x)
    if saved.objective in {"multi:softprob", "multi:softmax"}:
        return softmax(raw)
    if saved.objective == "binary:logistic" and raw.width == 1:
        return both(sigmoid(raw))
    if saved.objective == "binary:hinge":
        return both((raw > 0.0).cast("double"))
    raise Refusal.of(
        model,
        f"no converter knows the probabilities of {saved.objective}",
        "Fit with binary:logistic or multi:softprob",
    )


@predictions(*_REGRESSORS)
def xgboost_value(model: XGBRegressor, x: Table) -> Tensor:
    """Write predict of XGBoost's regressors and rankers."""
    saved = read_model(model)
    raw = _raw(model, saved, x)
    if saved.objective in _EXPONENTIAL:
        return exp(raw)
    if saved.objective == "reg:logistic":
        return sigmoid(raw)
    if saved.objective in _IDENTITY:
        return raw
    raise Refusal.of(
        model, f"no converter knows what {saved.objective} makes of the sum of the trees", "Fit with reg:squarederror"
    )


def _raw(model: XGBModel, saved: Saved, x: Table) -> Tensor:
    numbers = _with_gaps(model, _columns(model, saved, x), sparse=x.sparse)
    if saved.weights is not None:
        present = where(numbers.is_nan(), numbers.like([[0.0]]), numbers).cast("float")
        intercepts = np.asarray(saved.weights[-1] + saved.start, np.float32)
        return (present.matmul(saved.weights[:-1]) + intercepts).cast("double")
    starts = [constant_tree(float(value), target) for target, value in enumerate(saved.start)]
    return sum_of_trees([*starts, *saved.trees], numbers.cast("float"), len(saved.start)).cast("double")


def _columns(model: XGBModel, saved: Saved, x: Table) -> Tensor:
    """Return the columns as doubles, categories as their codes."""
    if not saved.categories:
        return x.numbers()
    columns = []
    for place, column in enumerate(x.columns()):
        if place not in saved.categories:
            columns.append(column.cast("double"))
        elif saved.categories[place]:
            known = saved.categories[place]
            columns.append(look_up(model, column, known, np.arange(len(known), dtype=np.float64).tolist(), math.nan))
        else:
            columns.append(_codes(saved, column.cast("double"), place))
    return concat(columns)


def _codes(saved: Saved, column: Tensor, place: int) -> Tensor:
    """Return codes as the sets of the splits know them: what is in no set is -1, and NaN stays."""
    sets = [tree.members[node] for tree in saved.trees for node in tree.members if tree.features[node] == place]
    known = sorted({float(code) for codes in sets for code in codes})
    whole = column.op("Floor")
    found = look_up(saved, whole, [*known, math.nan], [*known, math.nan], _UNKNOWN_CODE)
    return where(column < 0.0, column.like([[_UNKNOWN_CODE]]), found)


def _with_gaps(model: XGBModel, numbers: Tensor, *, sparse: bool) -> Tensor:
    """Return numbers with NaN for what XGBoost takes for missing: its mark, and the zeros of a sparse matrix."""
    nothing = numbers.like([[math.nan]])
    mark = float(model.missing)
    if not math.isnan(mark):
        numbers = where(numbers.rounded().equals(float(np.float32(mark))), nothing, numbers)
    return where(numbers.equals(0.0), nothing, numbers) if sparse else numbers
