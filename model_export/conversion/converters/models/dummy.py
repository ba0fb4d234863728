"""DummyClassifier and DummyRegressor: one answer for all instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.methods.registry import predictions, probabilities

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.dummy import DummyClassifier, DummyRegressor

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor


def constant(x: Table, values: NDArray[np.float64]) -> Tensor:
    """Return the same row of doubles for each instance."""
    first = next(x.columns())
    # Whatever the column holds, texts and missing values too, it equals itself or not.
    zero = first.equals(first).cast("double") * 0.0
    return zero + np.asarray(values, np.float64).reshape(1, -1)


@probabilities("DummyClassifier")
def dummy_probabilities(model: DummyClassifier, x: Table) -> Tensor:
    """Write DummyClassifier.predict_proba."""
    strategy = model._strategy  # noqa: SLF001 - what predict asks
    if strategy in {"stratified", "uniform"}:
        raise Refusal.of(
            model, f"strategy={strategy!r} answers at random", "Fit with strategy='prior' or 'most_frequent'"
        )
    if model.n_outputs_ != 1:
        raise Refusal.of(model, "it predicts several labels at once", "Export a model for each label")
    prior = np.asarray(model.class_prior_, np.float64)
    if strategy == "prior":
        return constant(x, prior)
    place = prior.argmax() if strategy == "most_frequent" else int(np.flatnonzero(model.classes_ == model.constant)[0])
    return constant(x, np.eye(len(prior))[place])


@predictions("DummyRegressor")
def dummy_value(model: DummyRegressor, x: Table) -> Tensor:
    """Write DummyRegressor.predict, for one target or several."""
    return constant(x, np.ravel(model.constant_))
