"""Checks of XGBoost and LightGBM models."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from model_export.checks.finding import Finding
from model_export.source.model.anatomy import nested_steps
from model_export.source.model.boosting import library_of, support

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model_export.source.subject import Subject

_CATEGORIES: Final = "Turn the categories into numbers with an OrdinalEncoder or OneHotEncoder in a pipeline before it"
_LIGHTGBM_OBJECTIVES: Final = re.compile(
    r"(binary sigmoid:1|multiclass num_class:\d+|regression|regression_l1|huber|quantile|poisson|gamma|tweedie)\b"
)
_XGBOOST_OBJECTIVES: Final = frozenset(
    {
        "binary:logistic",
        "count:poisson",
        "multi:softmax",
        "multi:softprob",
        "reg:absoluteerror",
        "reg:gamma",
        "reg:pseudohubererror",
        "reg:quantileerror",
        "reg:squarederror",
        "reg:squaredlogerror",
        "reg:tweedie",
    }
)
_ZERO_IS_MISSING: Final = 1


def check_boosters(subject: Subject) -> Iterator[Finding]:
    """Find boosters of which the converter would make another model, in silence or with a riddle."""
    for step in nested_steps(subject.model):
        library = library_of(step)
        place = type(step).__name__
        if library == "xgboost":
            yield from _check_xgboost(step, place)
        elif library == "lightgbm":
            yield from _check_lightgbm(step, place)


def _check_xgboost(step: object, place: str) -> Iterator[Finding]:
    booster = step.get_booster()  # type: ignore[attr-defined] # an estimator of XGBoost
    kind = support("xgboost").kind_of(booster)
    if kind != "gbtree":
        yield Finding(place, f"the converter knows XGBoost's gbtree alone, not {kind}", "Fit with booster='gbtree'")
    missing = getattr(step, "missing", math.nan)
    if not math.isnan(missing):
        yield Finding(
            place,
            f"it takes {missing:g} for a missing value, and ONNX takes NaN",
            "Replace that number by NaN in the data, and fit without missing=",
        )
    if "c" in (booster.feature_types or ()):
        yield Finding(place, "it splits by categories of pandas, which a request does not carry", _CATEGORIES)
    objective = support("xgboost").objective_of(booster)
    if objective not in _XGBOOST_OBJECTIVES:
        yield Finding(
            place,
            f"the converter does not know what {objective} makes of the sum of the trees",
            f"Fit with one of {', '.join(sorted(_XGBOOST_OBJECTIVES))}",
        )


def _check_lightgbm(step: object, place: str) -> Iterator[Finding]:
    booster = step.booster_  # type: ignore[attr-defined] # an estimator of LightGBM
    text = booster.model_to_string()
    kinds = {int(kind) for line in re.findall(r"^decision_type=(.+)$", text, re.MULTILINE) for kind in line.split()}
    if re.search(r"^average_output$", text, re.MULTILINE):
        yield Finding(
            place,
            "the converter sums the trees of boosting_type='rf', which LightGBM averages",
            "Fit with boosting_type='gbdt', or use RandomForest of scikit-learn",
            "microsoft/onnxruntime#25623",
        )
    if any(kind >> 2 & 3 == _ZERO_IS_MISSING for kind in kinds):
        yield Finding(
            place,
            "zero_as_missing=True sends zeros where missing values go, and ONNX does not",
            "Replace zeros by NaN in the data, and fit without zero_as_missing",
        )
    if re.search(r"^is_linear=1$", text, re.MULTILINE):
        yield Finding(
            place, "the converter drops the linear models in the leaves of linear_tree=True", "Fit without linear_tree"
        )
    if any(kind & 1 for kind in kinds):
        yield Finding(place, "it splits by categories of pandas, which a request does not carry", _CATEGORIES)
    objective = support("lightgbm").objective_of(booster)
    if not _LIGHTGBM_OBJECTIVES.match(objective) or "sqrt" in objective:
        yield Finding(
            place,
            f"the converter does not know the objective {objective or 'of your own'!r}",
            "Fit with binary, multiclass, regression, regression_l1, huber, quantile, poisson, gamma or tweedie",
        )
