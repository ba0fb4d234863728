"""Every fitted step of a model with the way from a request to the step's own input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import BaggingClassifier, BaggingRegressor, StackingClassifier, StackingRegressor
from sklearn.feature_selection import RFE
from sklearn.multioutput import ClassifierChain, RegressorChain
from sklearn.pipeline import FeatureUnion, Pipeline

from model_export.source.model.anatomy import root_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Route = Callable[[Any], Any]

_SAME_INPUT = ("estimator_", "estimator", "regressor_", "best_estimator_", "estimators_")
"""Fitted parts that read what their container reads."""

_OTHER_INPUT = (BaggingClassifier, BaggingRegressor, ClassifierChain, RegressorChain, RFE)
"""Containers none of whose parts reads what the container reads."""

_MOST_PLACES = 200


@dataclass(frozen=True)
class Place:
    """A fitted step and how its input is made.

    Parameters
    ----------
    step : object
        Fitted.
    route : callable
        From rows as the model takes them to the step's input.
    is_plain : bool
        Whether the input holds the features themselves, unchanged.
    """

    step: Any
    route: Route
    is_plain: bool


def places(model: object) -> list[Place]:
    """Return the steps of a model that compute something, containers taken apart; at most a few hundred."""
    found: list[Place] = []
    for place in _walk(model, lambda rows: rows, is_plain=True):
        if len(found) >= _MOST_PLACES:
            break
        found.append(place)
    return found


def _walk(step: Any, route: Route, *, is_plain: bool) -> Iterator[Place]:  # noqa: ANN401 - any fitted estimator
    if step is None or isinstance(step, str):
        return
    if isinstance(step, Pipeline):
        yield from _pipeline(step, route, is_plain=is_plain)
    elif isinstance(step, ColumnTransformer):
        for _, part, indices in root_columns(step):
            yield from _walk(part, _columns(route, indices), is_plain=is_plain)
    elif isinstance(step, FeatureUnion):
        for _, part in step.transformer_list:
            yield from _walk(part, route, is_plain=is_plain)
    else:
        yield Place(step, route, is_plain)
        yield from _parts(step, route, is_plain=is_plain)


def _pipeline(pipeline: Pipeline, route: Route, *, is_plain: bool) -> Iterator[Place]:
    for _, step in pipeline.steps:
        if step is None or isinstance(step, str):
            continue
        yield from _walk(step, route, is_plain=is_plain)
        if hasattr(step, "transform"):
            route, is_plain = _after(route, step), False


def _parts(step: Any, route: Route, *, is_plain: bool) -> Iterator[Place]:  # noqa: ANN401 - any fitted estimator
    members = vars(step) if isinstance(step, BaseEstimator) else {}
    for part, its_route, is_its_plain in _with_other_input(step, route, is_plain=is_plain):
        yield from _walk(part, its_route, is_plain=is_its_plain)
    for calibrated in members.get("calibrated_classifiers_", ()):
        yield from _walk(calibrated.estimator, route, is_plain=is_plain)
    if has_trees(step) or isinstance(step, _OTHER_INPUT):
        return
    for name in _SAME_INPUT:
        parts = members.get(name)
        for part in parts if isinstance(parts, (list, tuple)) else [parts]:
            if isinstance(part, BaseEstimator) and hasattr(part, "n_features_in_"):
                yield from _walk(part, route, is_plain=is_plain)


def _with_other_input(step: Any, route: Route, *, is_plain: bool) -> Iterator[tuple[Any, Route, bool]]:  # noqa: ANN401 - any fitted estimator
    """Yield the parts that read something else than their container, and how that is made."""
    if isinstance(step, (BaggingClassifier, BaggingRegressor)):
        for part, indices in zip(step.estimators_, step.estimators_features_, strict=True):
            yield part, _columns(route, list(indices)), is_plain
    elif isinstance(step, (ClassifierChain, RegressorChain)):
        for number, part in enumerate(step.estimators_):
            yield part, _link(route, step, number), is_plain and not number
    elif isinstance(step, RFE):
        yield step.estimator_, _after(route, step), False
    elif isinstance(step, (StackingClassifier, StackingRegressor)):
        yield step.final_estimator_, _after(route, step), False


def has_trees(step: object) -> bool:
    """Tell whether a step is an ensemble of scikit-learn's trees, which is looked at as a whole."""
    members = vars(step) if isinstance(step, BaseEstimator) else {}
    parts = members.get("estimators_")
    if parts is None or not len(parts) or isinstance(step, (ClassifierChain, RegressorChain)):
        return False
    if hasattr(step, "named_estimators"):
        return False
    return all(hasattr(part, "tree_") for part in np.asarray(parts, dtype=object).ravel())


def _columns(route: Route, indices: Sequence[int]) -> Route:
    def select(rows: Any) -> Any:  # noqa: ANN401 - a table, an array or a sparse matrix
        given = route(rows)
        return given.iloc[:, list(indices)] if isinstance(given, pd.DataFrame) else given[:, list(indices)]

    return select


def _after(route: Route, step: Any) -> Route:  # noqa: ANN401 - any fitted transformer
    return lambda rows: step.transform(route(rows))


def _link(route: Route, chain: ClassifierChain | RegressorChain, number: int) -> Route:
    """Return the way to one estimator of a chain, which also reads what those before it answer."""
    if not number:
        return route
    before, method = _link(route, chain, number - 1), getattr(chain, "chain_method_", "predict")
    estimator = chain.estimators_[number - 1]

    def joined(rows: Any) -> Any:  # noqa: ANN401 - an array or a sparse matrix
        given = before(rows)
        dense = np.asarray(given.toarray() if hasattr(given, "toarray") else given, dtype=np.float64)
        answer = np.asarray(getattr(estimator, method)(dense), dtype=np.float64)
        return np.column_stack([dense, answer[:, 1] if method.endswith("proba") else answer])

    return joined


def matrix(values: Any) -> np.ndarray[Any, np.dtype[np.float64]] | None:  # noqa: ANN401 - what a step reads
    """Return a step's input as doubles; a text column of a table is NaN, and None is returned where all are texts."""
    dense = values.toarray() if hasattr(values, "toarray") else values
    try:
        found = np.asarray(dense, dtype=np.float64)
    except (ValueError, TypeError):
        return _of_mixed(dense) if isinstance(dense, pd.DataFrame) else None
    return found.reshape(-1, 1) if found.ndim == 1 else found


def _of_mixed(table: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """Return the numbers of a table that has texts too, as boosted trees read categories."""
    found = np.full(table.shape, np.nan)
    texts = 0
    for place in range(table.shape[1]):
        try:
            found[:, place] = table.iloc[:, place].to_numpy(np.float64, na_value=np.nan)
        except (ValueError, TypeError):
            texts += 1
    return found if texts < table.shape[1] else None
