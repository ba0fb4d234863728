"""RFE and RFECV as the last step: the estimator inside answers for the columns that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import predictions, probabilities, scores

if TYPE_CHECKING:
    from sklearn.feature_selection import RFE

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor


def _kept(model: RFE, x: Table) -> Table:
    return x.select(model.get_support(indices=True))


@probabilities("RFE", "RFECV")
def kept_probabilities(model: RFE, x: Table) -> Tensor:
    """Write predict_proba of the estimator inside."""
    return dispatch.predict_proba(model.estimator_, _kept(model, x))


@scores("RFE", "RFECV")
def kept_scores(model: RFE, x: Table) -> Tensor:
    """Write decision_function of the estimator inside."""
    return dispatch.decision_function(model.estimator_, _kept(model, x))


@predictions("RFE", "RFECV")
def kept_prediction(model: RFE, x: Table) -> Tensor:
    """Write predict of the estimator inside."""
    return dispatch.predict(model.estimator_, _kept(model, x))
