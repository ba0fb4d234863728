"""Every classifier and regressor of scikit-learn, fitted on small data and exported: what becomes of each.

``make estimators`` writes docs/estimators.md from it, and a test holds that page to the outcome.
"""

from __future__ import annotations

import inspect
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import all_estimators

from model_export import ExportError, export

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

PAGE = Path(__file__).parents[2] / "docs" / "estimators.md"
ROWS = 120
KINDS: dict[str, type[BaseEstimator]] = dict(all_estimators(type_filter=["classifier", "regressor"]))

# What a constructor needs, and what gives probabilities or keeps the fit short.
_CLASSIFIERS = [("tree", DecisionTreeClassifier(max_depth=3, random_state=0)), ("lda", LinearDiscriminantAnalysis())]
_LINES = [("line", LinearRegression()), ("again", LinearRegression(positive=True))]
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "ClassifierChain": {"estimator": LogisticRegression()},
    "FixedThresholdClassifier": {"estimator": LogisticRegression()},
    "GaussianProcessRegressor": {"alpha": 1.0},
    "MLPClassifier": {"hidden_layer_sizes": (8,), "max_iter": 50},
    "MLPRegressor": {"hidden_layer_sizes": (8,), "max_iter": 50},
    "MultiOutputClassifier": {"estimator": LogisticRegression()},
    "MultiOutputRegressor": {"estimator": LinearRegression()},
    "OneVsOneClassifier": {"estimator": LogisticRegression()},
    "OneVsRestClassifier": {"estimator": LogisticRegression()},
    "OutputCodeClassifier": {"estimator": LogisticRegression()},
    "RadiusNeighborsClassifier": {"radius": 50.0},
    "RadiusNeighborsRegressor": {"radius": 50.0},
    "RegressorChain": {"estimator": LinearRegression()},
    "SGDClassifier": {"loss": "log_loss"},
    "SelfTrainingClassifier": {"estimator": LogisticRegression()},
    "StackingClassifier": {"estimators": _CLASSIFIERS},
    "StackingRegressor": {"estimators": _LINES},
    "TunedThresholdClassifierCV": {"estimator": LogisticRegression()},
    "VotingClassifier": {"estimators": _CLASSIFIERS, "voting": "soft", "flatten_transform": False},
    "VotingRegressor": {"estimators": _LINES},
}
_TWO_CLASSES = {"GaussianProcessClassifier", "FixedThresholdClassifier", "TunedThresholdClassifierCV"}
_SEVERAL_TARGETS = {
    "CCA",
    "PLSCanonical",
    "ClassifierChain",
    "MultiOutputClassifier",
    "MultiOutputRegressor",
    "MultiTaskElasticNet",
    "MultiTaskElasticNetCV",
    "MultiTaskLasso",
    "MultiTaskLassoCV",
    "RegressorChain",
}
_ONE_COLUMN = {"IsotonicRegression"}
_SHORT = {"n_estimators": 10, "max_iter_predict": 20, "n_restarts_optimizer": 0}


def outcome(name: str) -> str:
    """Return ``exported``, or ``refused`` and the first sentence of the reason."""
    features, target = _data(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = _made(name).fit(features, target)
        with tempfile.TemporaryDirectory() as out:
            try:
                export(model, features, name="estimator", out=out)
            except ExportError as error:
                reason = str(error).split(". ")[0].rstrip(".")
                return f"refused | {reason.removeprefix(f'{name}: ')}"
    return f"exported | {'with two classes' if name in _TWO_CLASSES else ''}".strip()


def _made(name: str) -> BaseEstimator:
    kind = KINDS[name]
    known = inspect.signature(kind).parameters
    said = {key: value for key, value in _SHORT.items() if key in known} | _ARGUMENTS.get(name, {})
    if "random_state" in known:
        said["random_state"] = 0
    return kind(**said)


def _data(name: str) -> tuple[pd.DataFrame, np.ndarray[tuple[int, ...], np.dtype[Any]]]:
    """Three positive features, and three classes or a positive value that depend on them."""
    generator = np.random.default_rng(11)
    features = pd.DataFrame(generator.gamma(2.0, 1.0, (ROWS, 3)).round(3), columns=["a", "b", "c"])
    total = (features["a"] + 2 * features["b"] + generator.normal(0, 0.3, ROWS)).to_numpy()
    if name in _ONE_COLUMN:
        features = features[["a"]]
    value: np.ndarray[tuple[int, ...], np.dtype[Any]] = np.abs(total) + 0.1
    if is_classifier(name):
        value = (total > np.median(total)).astype(int) if name in _TWO_CLASSES else np.digitize(total, [4.0, 7.0])
    return features, np.column_stack([value, value[::-1]]) if name in _SEVERAL_TARGETS else value


def is_classifier(name: str) -> bool:
    """Tell a classifier from a regressor."""
    return issubclass(KINDS[name], ClassifierMixin)


def page() -> str:
    """Return docs/estimators.md."""
    found = {name: outcome(name) for name in sorted(KINDS)}
    exported = sum(each.startswith("exported") for each in found.values())
    rows = "\n".join(
        f"| {name} | {'classifier' if is_classifier(name) else 'regressor'} | {each} |" for name, each in found.items()
    )
    return f"""# What becomes of each estimator of scikit-learn

Each classifier and regressor of `sklearn.utils.all_estimators` is fitted on {ROWS} rows and exported, with its proof on
those rows, on mixed rows and on edge rows. Of {len(found)}, {exported} are exported and {len(found) - exported} refused
with a reason; none fails in another way. `make estimators` writes this page, and a test fails when it is out of date.

A classifier without `predict_proba` answers with its label and its scores
([predictions.md](predictions.md) shows what a prediction holds for each task).

| estimator | kind | outcome | reason |
|---|---|---|---|
{rows}
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} written.\n")
