"""Several targets: one estimator for each, side by side or in a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import concat, gather
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import labels, predictions

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator
    from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, MultiOutputRegressor, RegressorChain

    from model_export.conversion.graph.tensor import Tensor


@predictions("MultiOutputRegressor")
def multi_output_values(model: MultiOutputRegressor, x: Table) -> Tensor:
    """Write MultiOutputRegressor.predict."""
    return concat([dispatch.predict(each, x) for each in model.estimators_])


@labels("MultiOutputClassifier")
def multi_output_labels(model: MultiOutputClassifier, x: Table) -> list[tuple[Tensor | None, Tensor]]:
    """Write the labels of MultiOutputClassifier."""
    return [_answer(each, x) for each in model.estimators_]


def _answer(estimator: BaseEstimator, x: Table) -> tuple[Tensor | None, Tensor]:
    shares = dispatch.predict_proba(estimator, x) if hasattr(estimator, "predict_proba") else None
    return shares, dispatch.predict(estimator, x)


@predictions("RegressorChain")
def chain_values(model: RegressorChain, x: Table) -> Tensor:
    """Write RegressorChain.predict: each regressor also reads what those before it predict."""
    found: list[Tensor] = []
    for each in model.estimators_:
        found.append(dispatch.predict(each, _with(x, found)))
    return concat([found[place] for place in np.argsort(model.order_)])


@labels("ClassifierChain")
def chain_labels(model: ClassifierChain, x: Table) -> list[tuple[Tensor | None, Tensor]]:
    """Write the labels of ClassifierChain, in the order of the targets."""
    before: list[Tensor] = []
    answers = []
    for each in model.estimators_:
        table = _with(x, before)
        answers.append(_answer(each, table))
        before.append(_feature(each, table, model.chain_method_))
    return [answers[place] for place in np.argsort(model.order_)]


def _feature(estimator: BaseEstimator, x: Table, method: str) -> Tensor:
    """Return what the next classifiers of a chain read of one."""
    if method == "predict_log_proba":
        return dispatch.predict_proba(estimator, x).column(1).op("Log")
    answer = dispatch.response(estimator, x, method)
    if method == "predict":
        return gather(answer.like(np.asarray(estimator.classes_, np.float64)[:, None], "double"), answer, 1)
    if method == "predict_proba":
        return answer.column(1)
    if method != "decision_function":
        raise Refusal.of(estimator, f"no converter knows chain_method={method!r}", "Fit with chain_method='predict'")
    return answer


def _with(x: Table, before: list[Tensor]) -> Table:
    return Table.join([x, *(Table.of(each) for each in before)], sparse=x.sparse)
