"""What is fitted: each estimator on one of three small data sets, transformers in front of a tree or a line."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import is_classifier, is_clusterer, is_outlier_detector
from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401 - they register
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils import all_estimators

from tests.model_export.sweep.parameters import drawn

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

ROWS = 160
DETECTORS = {"IsolationForest", "OneClassSVM", "EllipticEnvelope", "SGDOneClassSVM", "LocalOutlierFactor"}
TRANSFORMERS = dict(all_estimators(type_filter="transformer"))
KINDS: dict[str, type[BaseEstimator]] = {
    **dict(all_estimators(type_filter=["classifier", "regressor", "cluster"])),
    **TRANSFORMERS,
    **{name: kind for name, kind in all_estimators() if name in DETECTORS},
}
ENCODERS = {"OneHotEncoder", "OrdinalEncoder", "TargetEncoder"}
TEXT = {"TfidfVectorizer", "CountVectorizer", "HashingVectorizer"}
_ONE_ESTIMATOR = {
    "OneVsRestClassifier", "OneVsOneClassifier", "OutputCodeClassifier", "ClassifierChain", "MultiOutputClassifier",
    "RFE", "FixedThresholdClassifier", "TunedThresholdClassifierCV", "SelfTrainingClassifier", "SelectFromModel",
    "RFECV", "SequentialFeatureSelector",
}  # fmt: skip
WORDS = ["cheap", "flight", "refund", "now", "hotel", "naïve", "late", "Café", "the", "and", "pizza", "2x"]


@dataclass(frozen=True)
class Fitted:
    """A fitted model, the rows that it is exported with, and how it was made."""

    model: Any
    rows: pd.DataFrame
    described: str


def numbers(generator: np.random.Generator, form: int) -> pd.DataFrame:
    """Three numbers: measured and positive, on a grid of tenths, or whole beside measured."""
    if form == 0:
        return pd.DataFrame(generator.gamma(2.0, 1.0, (ROWS, 3)).round(3) + 0.001, columns=["a", "b", "c"])
    if form == 1:
        return pd.DataFrame(generator.integers(-5, 10, (ROWS, 3)) / 10, columns=["a", "b", "c"])
    return pd.DataFrame(
        {
            "a": generator.normal(0, 3, ROWS),
            "b": generator.integers(0, 9, ROWS),
            "c": generator.normal(100, 30, ROWS).round(2),
        }
    )


def fitted(name: str, generator: np.random.Generator) -> Fitted:
    """Return an estimator with drawn parameters, fitted.

    Raises
    ------
    Exception
        scikit-learn itself refuses the parameters or the data.
    """
    kind = KINDS[name]
    rows = numbers(generator, int(generator.integers(3)))
    total = (rows["a"] - rows["a"].mean()) / rows["a"].std() + (rows["b"] - rows["b"].mean()) / rows["b"].std()
    total += generator.normal(0, 0.3, ROWS)
    step = kind(**drawn(kind, _given(name, generator), generator))
    described = " ".join(str(step).split())
    if name in TRANSFORMERS and not hasattr(step, "predict"):
        rows, model = _behind(name, step, rows, generator)
        target: Any = (total > 0).astype(int) if is_classifier(model) else total
        described = f"{described} before {type(model[-1]).__name__}"
    else:
        model, target = step, _target(name, step, total, generator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Fitted(model.fit(rows) if target is None else model.fit(rows, target), rows, described)


def _target(name: str, step: BaseEstimator, total: pd.Series, generator: np.random.Generator) -> Any:  # noqa: ANN401 - as fit takes it
    if is_outlier_detector(step) or is_clusterer(step):
        return None
    if is_classifier(step):
        labels = (total > 0).astype(int) if generator.random() < 0.6 else np.digitize(total, [-0.7, 0.7])
        if name.startswith("MultiOutput") or name == "ClassifierChain":
            return np.column_stack([labels, (total > 0.3).astype(int)])
        return np.asarray(labels) if generator.random() < 0.5 else np.array(["no", "maybe", "yes"])[np.asarray(labels)]
    value = np.abs(total) + 0.1
    several = name.startswith(("MultiTask", "MultiOutput", "PLS", "CCA")) or name == "RegressorChain"
    return np.column_stack([value, value**2]) if several else value


def _behind(
    name: str, step: BaseEstimator, rows: pd.DataFrame, generator: np.random.Generator
) -> tuple[pd.DataFrame, Any]:
    """Put a last step behind a transformer, and give the rows that it reads."""
    final: Any = [
        LogisticRegression(), DecisionTreeClassifier(max_depth=4, random_state=0), Ridge(),
        DecisionTreeRegressor(max_depth=4, random_state=0),
        make_pipeline(StandardScaler(with_mean=False), LinearRegression()),
    ][int(generator.integers(5))]  # fmt: skip
    if name in ENCODERS:
        texts = generator.choice(["x", "y", "z", "rare"], ROWS, p=[0.4, 0.3, 0.28, 0.02])
        rows = pd.DataFrame({"k": texts, "n": generator.integers(1, 6, ROWS) * 10})
    elif name in TEXT:
        mails = pd.Series([" ".join(generator.choice(WORDS, 6)) for _ in range(ROWS)], name="t")
        return mails.to_frame(), make_pipeline(_first_column(), step, final)
    elif "Imputer" in name or name == "MissingIndicator":
        rows = rows.mask(generator.random(rows.shape) < 0.12)
    return rows, make_pipeline(step, final)


def _first_column() -> Any:  # noqa: ANN401 - a transformer
    from sklearn.compose import ColumnTransformer  # noqa: PLC0415

    return ColumnTransformer([("t", "passthrough", "t")])


def _given(name: str, generator: np.random.Generator) -> dict[str, Any]:
    """Return the estimators and arguments that constructors need."""
    tree, line = DecisionTreeClassifier(max_depth=3, random_state=0), LogisticRegression()
    pairs = [("tree", tree), ("line", line)]
    regressors = [("tree", DecisionTreeRegressor(max_depth=3, random_state=0)), ("line", LinearRegression())]
    one = [tree, line][int(generator.integers(2))]
    if name in _ONE_ESTIMATOR:
        return {"estimator": one}
    if name == "SparseCoder":
        return {"dictionary": generator.normal(size=(int(generator.integers(3, 7)), 3))}
    known: dict[str, dict[str, Any]] = {
        "VotingClassifier": {"estimators": pairs}, "StackingClassifier": {"estimators": pairs},
        "VotingRegressor": {"estimators": regressors}, "StackingRegressor": {"estimators": regressors},
        "RegressorChain": {"estimator": LinearRegression()}, "MultiOutputRegressor": {"estimator": LinearRegression()},
        "MLPClassifier": {"hidden_layer_sizes": (6,)}, "MLPRegressor": {"hidden_layer_sizes": (6,)},
        "FeatureUnion": {"transformer_list": [("s", StandardScaler())]},
        "ColumnTransformer": {"transformers": [("s", StandardScaler(), [0, 1])], "remainder": "passthrough"},
        "LocalOutlierFactor": {"novelty": True},
    }  # fmt: skip
    return known.get(name, {})
