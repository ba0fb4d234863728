"""Pipelines, and what stands for the estimator that it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import inverts, labels, predictions, probabilities, scores, transforms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sklearn.base import BaseEstimator
    from sklearn.pipeline import Pipeline

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor

_PIPELINES = ("Pipeline", "imblearn.Pipeline")
_HOLDERS = {
    "FrozenEstimator": "estimator",
    "GridSearchCV": "best_estimator_",
    "HalvingGridSearchCV": "best_estimator_",
    "HalvingRandomSearchCV": "best_estimator_",
    "RandomizedSearchCV": "best_estimator_",
    "SelfTrainingClassifier": "estimator_",
    "RANSACRegressor": "estimator_",
}
"""Estimators that answer as the one that they hold, and where they hold it."""


def _steps(pipeline: Pipeline) -> Iterator[BaseEstimator]:
    for _, step in pipeline.steps:
        # Samplers of imbalanced-learn change the rows that are fitted, and none that is predicted.
        if step is not None and step != "passthrough" and not hasattr(step, "fit_resample"):
            yield step


def _before_last(pipeline: Pipeline, x: Table) -> tuple[BaseEstimator, Table]:
    *steps, last = _steps(pipeline)
    if last is not pipeline.steps[-1][1]:
        raise Refusal.of(pipeline, "its last step is a passthrough, which predicts nothing", "End it with an estimator")
    for step in steps:
        x = dispatch.transform(step, x)
    return last, x


@transforms(*_PIPELINES)
def pipeline_transform(pipeline: Pipeline, x: Table) -> Table:
    """Write Pipeline.transform."""
    for step in _steps(pipeline):
        x = dispatch.transform(step, x)
    return x


@inverts(*_PIPELINES)
def pipeline_inverse(pipeline: Pipeline, x: Table) -> Table:
    """Write Pipeline.inverse_transform."""
    for step in reversed(list(_steps(pipeline))):
        x = dispatch.inverse_transform(step, x)
    return x


@predictions(*_PIPELINES)
def pipeline_predict(pipeline: Pipeline, x: Table) -> Tensor:
    """Write Pipeline.predict."""
    return dispatch.predict(*_before_last(pipeline, x))


@probabilities(*_PIPELINES)
def pipeline_probabilities(pipeline: Pipeline, x: Table) -> Tensor:
    """Write Pipeline.predict_proba."""
    return dispatch.predict_proba(*_before_last(pipeline, x))


@scores(*_PIPELINES)
def pipeline_scores(pipeline: Pipeline, x: Table) -> Tensor:
    """Write Pipeline.decision_function."""
    return dispatch.decision_function(*_before_last(pipeline, x))


@labels(*_PIPELINES)
def pipeline_labels(pipeline: Pipeline, x: Table) -> list[tuple[Tensor | None, Tensor]]:
    """Write the labels of a pipeline that predicts several at once."""
    return dispatch.several_labels(*_before_last(pipeline, x))


def _held(holder: BaseEstimator) -> BaseEstimator:
    return getattr(holder, _HOLDERS[type(holder).__name__])


@transforms(*_HOLDERS)
def held_transform(holder: BaseEstimator, x: Table) -> Table:
    """Write transform of the estimator that is held."""
    return dispatch.transform(_held(holder), x)


@inverts(*_HOLDERS)
def held_inverse(holder: BaseEstimator, x: Table) -> Table:
    """Write inverse_transform of the estimator that is held."""
    return dispatch.inverse_transform(_held(holder), x)


@predictions(*_HOLDERS)
def held_predict(holder: BaseEstimator, x: Table) -> Tensor:
    """Write predict of the estimator that is held."""
    return dispatch.predict(_held(holder), x)


@probabilities(*_HOLDERS)
def held_probabilities(holder: BaseEstimator, x: Table) -> Tensor:
    """Write predict_proba of the estimator that is held."""
    return dispatch.predict_proba(_held(holder), x)


@scores(*_HOLDERS)
def held_scores(holder: BaseEstimator, x: Table) -> Tensor:
    """Write decision_function of the estimator that is held."""
    return dispatch.decision_function(_held(holder), x)


@labels(*_HOLDERS)
def held_labels(holder: BaseEstimator, x: Table) -> list[tuple[Tensor | None, Tensor]]:
    """Write the labels of an estimator that is held and predicts several at once."""
    return dispatch.several_labels(_held(holder), x)
