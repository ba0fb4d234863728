"""Which fitted step reads which feature first: the path of a feature into a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from model_export.source.model.estimator import Estimator


TEXT_READERS: Final = (CountVectorizer, HashingVectorizer)
"""Steps that take texts, not tables; TfidfVectorizer is a CountVectorizer."""


@dataclass(frozen=True)
class Reading:
    """One fitted step that reads a feature as callers send it, or with its gaps filled.

    Parameters
    ----------
    feature : str
        Name of the feature.
    step : object
        The fitted step.
    position : int
        Column of the feature in the step's input, from 0.
    """

    feature: str
    step: object
    position: int


def readings(model: object, names: Sequence[str]) -> Iterator[Reading]:
    """Yield the steps that read each feature first.

    Parameters
    ----------
    model : estimator
        Fitted.
    names : sequence of str
        Features in the order of the training data, for a model that was fitted on an array; a model that was
        fitted on a table knows its own.

    Yields
    ------
    Reading
        A feature that no step reads (``remainder="drop"``) does not appear.
    """
    yield from _readings(model, fitted_names(model) or names)


def fitted_names(model: object) -> list[str]:
    """Return the names of all features that a model was fitted on.

    Returns
    -------
    list of str
        Empty when it was fitted on an array, and for LightGBM, which rewrites names (``lightgbm_names``).
    """
    if _reads_first(model, "lightgbm"):
        return []
    return [str(name) for name in getattr(model, "feature_names_in_", ())]


def lightgbm_names(model: object) -> list[str]:
    """Return the names that LightGBM keeps, with an underscore for each blank; empty for an array."""
    if not _reads_first(model, "lightgbm"):
        return []
    names = [str(name) for name in getattr(model, "feature_names_in_", ())]
    return [] if names == [f"Column_{place}" for place in range(len(names))] else names


def _reads_first(model: object, package: str) -> bool:
    if isinstance(model, Pipeline):
        return _reads_first(model.steps[0][1], package)
    return package in type(model).__module__


def _readings(model: object, names: Sequence[str]) -> Iterator[Reading]:
    if isinstance(model, Pipeline):
        yield from _pipeline_readings(model, names)
    elif isinstance(model, ColumnTransformer):
        for _, step, indices in root_columns(model):
            yield from _readings(step, [names[index] for index in indices])
    elif isinstance(model, FeatureUnion):
        for _, step in model.transformer_list:
            if step != "drop":
                yield from _readings(step, names)
    elif parts := _compound_parts(model, names):
        for part, seen in parts:
            yield from _readings(part, seen)
    else:
        for position, name in enumerate(names):
            yield Reading(name, model, position)


def _compound_parts(model: object, names: Sequence[str]) -> list[tuple[object, Sequence[str]]]:
    """Return the fitted models that a model hands its features to, and which; empty where none has steps of its own."""
    held = list(held_models(model))
    if not any(isinstance(step, (Pipeline, ColumnTransformer, FeatureUnion)) for step in nested_steps(held)):
        return []
    chosen = vars(model).get("estimators_features_")
    if chosen is None:
        return [(part, names) for part in held]
    return [(part, [names[index] for index in indices]) for part, indices in zip(held, chosen, strict=True)]


_HELD: Final = ("estimators_", "estimator_", "best_estimator_", "regressor_")


def held_models(model: object) -> Iterator[object]:
    """Yield the fitted models that a meta-estimator hands its own features to."""
    if not isinstance(model, BaseEstimator):
        return
    members = vars(model)
    for name in _HELD:
        found = members.get(name)
        # GradientBoosting holds an array of two dimensions; a list of pipelines must not become one.
        parts = found.ravel() if isinstance(found, np.ndarray) else found if isinstance(found, list) else [found]
        yield from (part for part in parts if isinstance(part, BaseEstimator))
    yield from (calibrated.estimator for calibrated in members.get("calibrated_classifiers_", ()))
    if type(model).__name__ == "FrozenEstimator":
        yield model.estimator


def _pipeline_readings(pipeline: Pipeline, names: Sequence[str]) -> Iterator[Reading]:
    for _, step in pipeline.steps:
        if step is None or step == "passthrough":
            continue
        yield from _readings(step, names)
        if not keeps_features(step):
            return


def keeps_features(step: object) -> bool:
    """Tell whether a step fills gaps only, so that the next step still sees the same features."""
    if not isinstance(step, SimpleImputer) or step.add_indicator:
        return False
    return not any(isinstance(value, float) and np.isnan(value) for value in step.statistics_)


def root_columns(transformer: ColumnTransformer) -> Iterator[tuple[str, object, list[int]]]:
    """Yield name, fitted step and input columns of each part of a ColumnTransformer that reads anything."""
    indices: dict[str, list[int]] = transformer._transformer_to_input_indices  # noqa: SLF001 - resolves names, slices, masks and callables
    for key, step, _ in transformer.transformers_:
        if not (isinstance(step, str) and step == "drop"):
            yield key, step, list(indices[key])


def root_transformers(model: object) -> Iterator[ColumnTransformer]:
    """Yield the ColumnTransformers that read the features themselves."""
    if isinstance(model, ColumnTransformer):
        yield model
    elif isinstance(model, Pipeline):
        first = next((step for _, step in model.steps if step is not None and step != "passthrough"), None)
        yield from root_transformers(first)
    elif isinstance(model, FeatureUnion):
        for _, step in model.transformer_list:
            yield from root_transformers(step)


def reads_one_text(model: object) -> bool:
    """Tell whether a model was fitted on a sequence of texts and not on a table."""
    if isinstance(model, Pipeline):
        return reads_one_text(
            next((step for _, step in model.steps if step is not None and step != "passthrough"), None)
        )
    if isinstance(model, FeatureUnion):
        return any(reads_one_text(step) for _, step in model.transformer_list)
    return isinstance(model, TEXT_READERS) or any(reads_one_text(part) for part in held_models(model))


_PARTS = (
    "steps",
    "transformers_",
    "transformer_list",
    "estimators_",
    "estimator_",
    "final_estimator_",
    "best_estimator_",
    "regressor_",
)


def nested_steps(model: object) -> Iterator[object]:
    """Yield a fitted model and every fitted step inside it, at any depth; containers come before their parts."""
    if isinstance(model, str) or model is None:
        return
    if isinstance(model, (list, tuple, np.ndarray)):
        for part in model:
            yield from nested_steps(part)
    elif isinstance(model, BaseEstimator):
        yield model
        for name in _PARTS:
            yield from nested_steps(vars(model).get(name))
        for calibrated in vars(model).get("calibrated_classifiers_", ()):
            yield from nested_steps(calibrated.estimator)


def final_estimator(model: Estimator) -> object:
    """Return the last step of a pipeline, or the model itself."""
    return final_estimator(model.steps[-1][1]) if isinstance(model, Pipeline) else model
