"""KNNImputer: the mean of the nearest rows of the training data that have the value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.impute.simple_imputer import with_indicator
from model_export.conversion.formulas.functions import maximum, sqrt
from model_export.conversion.formulas.missing import missing_mask
from model_export.conversion.formulas.nearest import nearest, weights_of
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import concat, gather, where
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from sklearn.impute import KNNImputer

    from model_export.conversion.graph.tensor import Tensor


@transforms("KNNImputer")
def knn_imputer(step: KNNImputer, x: Table) -> Table:
    """Write KNNImputer."""
    if step.metric != "nan_euclidean" or callable(step.weights):
        raise Refusal.of(
            step,
            "it measures or weighs by a function of Python",
            "Fit with metric='nan_euclidean' and weights='uniform' or 'distance'",
        )
    numbers = x.numbers()
    missing = missing_mask(x, step.missing_values)
    apart = _distances(step, numbers, missing)
    columns = []
    for place in range(numbers.width):
        known = step._valid_mask[place]  # noqa: SLF001 - whether any row of the training data has a value
        if known:
            imputed = _imputed(step, apart, place)
            columns.append(where(missing.column(place), imputed, numbers.column(place)))
        elif step.keep_empty_features:
            columns.append(
                numbers.like([[0.0]]) + where(missing.column(place), numbers.like([[0.0]]), numbers.column(place)) * 0.0
            )
    return with_indicator(step, x, Table.of(concat(columns)))


def _distances(step: KNNImputer, x: Tensor, missing: Tensor) -> Tensor:
    """Return distances to the training data over the columns that both rows have; infinite where there are none."""
    rows = np.where(step._mask_fit_X, 0.0, step._fit_X)  # noqa: SLF001 - the training data
    absent = step._mask_fit_X.astype(np.float64)  # noqa: SLF001 - likewise
    x = where(missing, x.like([[0.0]]), x)
    lacks = missing.cast("double")
    squares = maximum((x * x).sum() + (x.matmul(rows.T) * -2.0) + (rows * rows).sum(axis=1)[None, :], 0.0)
    squares = squares - (x * x).matmul(absent.T) - lacks.matmul((rows * rows).T)
    shared = (1.0 - lacks).matmul(1.0 - absent.T)
    scaled = maximum(squares, 0.0) / maximum(shared, 1.0) * float(rows.shape[1])
    return where(shared.equals(0.0), x.like([[math.inf]]), sqrt(scaled))


def _imputed(step: KNNImputer, apart: Tensor, place: int) -> Tensor:
    """Return what a column is filled with: the mean of the training data where no row shares a value."""
    donors = np.flatnonzero(~step._mask_fit_X[:, place])  # noqa: SLF001 - likewise
    values = step._fit_X[donors, place]  # noqa: SLF001 - likewise
    distances, places = nearest(apart.columns(donors), min(step.n_neighbors, len(donors)))
    shares = where(distances.equals(math.inf), distances.like([[0.0]]), weights_of(step.weights, distances))
    total = shares.sum()
    given = gather(apart.like(values), places, places.width)
    average = (given * shares).sum() / where(total.equals(0.0), total.like([[1.0]]), total)
    return where(total.equals(0.0), average.like([[float(values.mean())]]), average)
