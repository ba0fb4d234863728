"""StackingClassifier and StackingRegressor, with and without the original columns beside the predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.classes import translated
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import gather
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import predictions, probabilities, scores, transforms

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator
    from sklearn.ensemble import StackingClassifier, StackingRegressor

    from model_export.conversion.graph.tensor import Tensor

_BINARY = 2


@transforms("StackingClassifier", "StackingRegressor")
def stacking_transform(model: StackingClassifier, x: Table) -> Table:
    """Write transform: what the final estimator reads."""
    if isinstance(getattr(model, "_label_encoder", None), list):
        raise Refusal.of(model, "it predicts several labels", "Export a model for each label")
    parts = [
        _answers(model, each, method, x)
        for each, method in zip(model.estimators_, model.stack_method_, strict=True)
        if not isinstance(each, str)
    ]
    table = Table.of(*parts)
    return Table.join([table, x], sparse=x.sparse) if model.passthrough else table


def _answers(model: StackingClassifier, estimator: BaseEstimator, method: str, x: Table) -> Tensor:
    answers = dispatch.response(estimator, x, method)
    if method == "predict" and hasattr(estimator, "classes_"):
        labels = answers.like(np.asarray(estimator.classes_, np.float64)[:, None], "double")
        return gather(labels, answers, 1)
    if method == "predict_proba" and len(model.classes_) == _BINARY:
        return answers.columns(range(1, answers.width))
    return answers


@predictions("StackingClassifier")
def stacking_label(model: StackingClassifier, x: Table) -> Tensor:
    """Write StackingClassifier.predict; the final estimator was fitted on the places of the labels."""
    final = model.final_estimator_
    answers = dispatch.predict(final, stacking_transform(model, x))
    return translated(answers, [int(label) for label in final.classes_])


@predictions("StackingRegressor")
def stacking_value(model: StackingRegressor, x: Table) -> Tensor:
    """Write StackingRegressor.predict."""
    return dispatch.predict(model.final_estimator_, stacking_transform(model, x))


@probabilities("StackingClassifier")
def stacking_probabilities(model: StackingClassifier, x: Table) -> Tensor:
    """Write StackingClassifier.predict_proba."""
    return dispatch.predict_proba(model.final_estimator_, stacking_transform(model, x))


@scores("StackingClassifier")
def stacking_scores(model: StackingClassifier, x: Table) -> Tensor:
    """Write StackingClassifier.decision_function."""
    return dispatch.decision_function(model.final_estimator_, stacking_transform(model, x))
