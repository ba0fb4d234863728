"""VotingClassifier and VotingRegressor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.classes import indicator, translated
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import concat
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import predictions, probabilities, transforms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklearn.ensemble import VotingClassifier, VotingRegressor

    from model_export.conversion.graph.tensor import Tensor


@probabilities("VotingClassifier")
def voting_probabilities(model: VotingClassifier, x: Table) -> Tensor:
    """Write VotingClassifier.predict_proba."""
    return _average([dispatch.predict_proba(each, x) for each in model.estimators_], _weights(model))


@predictions("VotingClassifier")
def voting_label(model: VotingClassifier, x: Table) -> Tensor:
    """Write VotingClassifier.predict: by mean probability, or by votes, of which the first of equal counts wins."""
    if model.voting == "soft":
        return voting_probabilities(model, x).argmax()
    weights = _weights(model) or [1.0] * len(model.estimators_)
    votes = [
        indicator(labels, len(model.classes_)) * weight
        for labels, weight in zip(_labels(model, x), weights, strict=True)
    ]
    return _sum(votes).argmax()


@transforms("VotingClassifier")
def voting_transform(model: VotingClassifier, x: Table) -> Table:
    """Write VotingClassifier.transform: probabilities or labels of each estimator."""
    if model.voting == "hard":
        return Table.of(*(labels.cast("double").reshape([-1, 1]) for labels in _labels(model, x)))
    if not model.flatten_transform:
        raise Refusal.of(model, "as a step of a pipeline it gives three dimensions", "Fit with flatten_transform=True")
    return Table.of(*(dispatch.predict_proba(each, x) for each in model.estimators_))


@predictions("VotingRegressor")
def voting_value(model: VotingRegressor, x: Table) -> Tensor:
    """Write VotingRegressor.predict."""
    return _average([dispatch.predict(each, x) for each in model.estimators_], _weights(model))


@transforms("VotingRegressor")
def voting_values(model: VotingRegressor, x: Table) -> Table:
    """Write VotingRegressor.transform."""
    return Table.of(concat([dispatch.predict(each, x) for each in model.estimators_]))


def _labels(model: VotingClassifier, x: Table) -> list[Tensor]:
    """Return each estimator's labels as places among the classes; they were fitted on these places."""
    return [
        translated(dispatch.predict(each, x), [int(label) for label in each.classes_]) for each in model.estimators_
    ]


def _weights(model: VotingClassifier) -> list[float] | None:
    weights = model._weights_not_none  # noqa: SLF001 - without those of estimators that are dropped
    return None if weights is None else [float(weight) for weight in weights]


def _average(parts: Sequence[Tensor], weights: Sequence[float] | None) -> Tensor:
    if weights is None:
        return _sum(parts) / float(len(parts))
    return _sum([part * weight for part, weight in zip(parts, weights, strict=True)]) / float(np.sum(weights))


def _sum(parts: Sequence[Tensor]) -> Tensor:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total
