"""Every estimator of scikit-learn, fitted on small data and exported: what becomes of each.

``make estimators`` writes docs/estimators.md from it, and a test holds that page to the outcome.
"""

from __future__ import annotations

import inspect
import json
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import (
    ClassifierMixin,
    ClusterMixin,
    DensityMixin,
    OutlierMixin,
    RegressorMixin,
    TransformerMixin,
)
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - it registers
from sklearn.feature_selection import f_regression
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import all_estimators

from model_export import ExportError, export
from tests.model_export.sweep.outcomes import FILE, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sklearn.base import BaseEstimator

PAGE = Path(__file__).parents[2] / "docs" / "estimators.md"
ROWS = 120
KINDS: dict[str, type[BaseEstimator]] = {
    name: kind
    for name, kind in all_estimators()
    if issubclass(kind, (ClassifierMixin, RegressorMixin, TransformerMixin, OutlierMixin, ClusterMixin, DensityMixin))
}
"""All but what selects parameters, and the readers of labels and pictures below."""

for _name in (
    *("DictVectorizer", "FeatureHasher", "KernelCenterer", "LabelBinarizer", "LabelEncoder", "MultiLabelBinarizer"),
    *("FrozenEstimator", "PatchExtractor", "PLSSVD", "TSNE"),
):
    KINDS.pop(_name, None)  # they read no rows of a table, or answer for those of the training data alone

# What a constructor needs, and what gives probabilities or keeps the fit short.
_CLASSIFIERS = [("tree", DecisionTreeClassifier(max_depth=3, random_state=0)), ("lda", LinearDiscriminantAnalysis())]
_LINES = [("line", LinearRegression()), ("again", LinearRegression(positive=True))]
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "ColumnTransformer": {"transformers": [("scaled", StandardScaler(), ["a", "b"])]},
    "FeatureUnion": {"transformer_list": [("scaled", StandardScaler()), ("bins", MinMaxScaler())]},
    "FunctionTransformer": {"func": np.log1p},
    "GaussianRandomProjection": {"n_components": 2},
    "GenericUnivariateSelect": {"score_func": f_regression},
    "HashingVectorizer": {"n_features": 16},
    "SelectFdr": {"score_func": f_regression},
    "SelectFpr": {"score_func": f_regression},
    "SelectFwe": {"score_func": f_regression},
    "SelectPercentile": {"score_func": f_regression, "percentile": 70},
    "LocalOutlierFactor": {"novelty": True},
    "RFE": {"estimator": LinearRegression()},
    "RFECV": {"estimator": LinearRegression()},
    "SelectFromModel": {"estimator": LinearRegression()},
    "SelectKBest": {"k": 2},
    "SequentialFeatureSelector": {"estimator": LinearRegression()},
    "SparseCoder": {"dictionary": np.eye(3)},
    "SparseRandomProjection": {"n_components": 2},
    "TargetEncoder": {"target_type": "continuous"},
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
_TWO_CLASSES = {
    "ClassifierChain",
    "GaussianProcessClassifier",
    "FixedThresholdClassifier",
    "TunedThresholdClassifierCV",
}
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
_LEARN_CLASSES = {"NeighborhoodComponentsAnalysis"}
_TEXTS = {"CountVectorizer", "HashingVectorizer", "TfidfVectorizer"}
_COUNTS = {"CategoricalNB", "MissingIndicator", "OneHotEncoder", "OrdinalEncoder", "TargetEncoder"}
"""Encoders answer for what they know: few whole numbers, and gaps for the indicator."""
_SHORT = {"n_estimators": 10, "max_iter_predict": 20, "n_restarts_optimizer": 0}


def outcome(name: str) -> str:
    """Return ``exported``, or ``refused`` and the first sentence of the reason."""
    features, target = _data(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = _made(name)
        if is_transformer(name):
            model = make_pipeline(model, LinearRegression())
        model.fit(features["a"] if name in _TEXTS else features, target)
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
    elif name in _TEXTS:
        features = pd.DataFrame({"a": generator.choice(["red", "green", "blue sea"], ROWS)})
    elif name in _COUNTS:
        features = features.round()
        features.iloc[::7, 0] = np.nan if name == "MissingIndicator" else 1.0
    value: np.ndarray[tuple[int, ...], np.dtype[Any]] = np.abs(total) + 0.1
    if is_classifier(name) or name in _LEARN_CLASSES:
        value = (total > np.median(total)).astype(int) if name in _TWO_CLASSES else np.digitize(total, [4.0, 7.0])
    return features, np.column_stack([value, value[::-1]]) if name in _SEVERAL_TARGETS else value


def is_transformer(name: str) -> bool:
    """Tell whether a model needs an estimator behind it: what labels rows itself stands alone."""
    return kind_of(name) == "transformer"


def is_classifier(name: str) -> bool:
    """Tell a classifier."""
    return issubclass(KINDS[name], ClassifierMixin)


def kind_of(name: str) -> str:
    """Return how the page calls an estimator."""
    if hasattr(KINDS[name], "transform") and not hasattr(KINDS[name], "predict"):
        return "transformer"
    mixins = {
        "classifier": ClassifierMixin,
        "regressor": RegressorMixin,
        "outlier detector": OutlierMixin,
        "clusterer": (ClusterMixin, DensityMixin),
    }
    return next((kind for kind, mixin in mixins.items() if issubclass(KINDS[name], mixin)), "transformer")


def counts(found: Mapping[str, str]) -> str:
    """Return the table of how many of each kind are exported."""
    rows = []
    for kind in sorted({kind_of(name) for name in found}):
        of_kind = [each for name, each in found.items() if kind_of(name) == kind]
        rows.append(f"| {kind} | {sum(each.startswith('exported') for each in of_kind)} of {len(of_kind)} |")
    return "\n".join(["| kind | exported |", "|---|---|", *rows])


def page() -> str:
    """Return docs/estimators.md."""
    found = {name: outcome(name) for name in sorted(KINDS)}
    rows = "\n".join(f"| {name} | {kind_of(name)} | {each} |" for name, each in found.items())
    return f"""# What becomes of each estimator of scikit-learn

For data scientists who want to know whether their model can be exported. Each estimator of
`sklearn.utils.all_estimators` that reads rows of a table is fitted on {ROWS} rows with its default parameters, a
transformer before a linear regression, and exported with its proof. What cannot be exported is refused with a reason;
none fails in another way. `make estimators` writes this page, and a test fails when it is out of date.

A classifier without `predict_proba` answers with its label and its scores
([predictions.md](predictions.md) shows what a prediction holds for each task).

{counts(found)}

| estimator | kind | outcome | reason |
|---|---|---|---|
{rows}

{settings_section()}"""


def settings_section() -> str:
    """Return the part of the page on drawn parameters, from what the committed sweeps found."""
    found = table(json.loads(FILE.read_text(encoding="utf-8")))
    return f"""## With other parameters than the defaults

The table above is of default parameters. `make sweep` draws others from what scikit-learn itself allows, fits them on
one of three small data sets, exports, and calls the bundle with 1 500 requests that the proof has not seen: numbers of
two decimals over the range and beyond, zeros, missing values, unknown categories. The workflow *nightly* goes on with
another seed each night. What scikit-learn itself does not fit is not counted. A difference is none where the original's
own answers to requests that differ in the last bit are as far apart, within two tolerances: a jump is no such noise.

{found}
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} written.\n")
