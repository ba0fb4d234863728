"""Transformers with parameters that take a formula of their own, column by column as scikit-learn computes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import MissingIndicator
from sklearn.kernel_approximation import Nystroem
from sklearn.preprocessing import PowerTransformer, QuantileTransformer, SplineTransformer

from tests.model_export.conversion.converters.behind import numbers, transformed

if TYPE_CHECKING:
    from sklearn.base import TransformerMixin

ROWS = numbers(60)
POSITIVE = ROWS.abs() + 0.01
SKEWED = pd.DataFrame({"up": np.exp(ROWS["x0"]), "down": -np.exp(ROWS["x1"]), "even": ROWS["x2"]})
"""Powers above two, below zero and near one."""
BEYOND = ROWS * 3


@pytest.mark.parametrize(
    ("step", "rows", "asked"),
    [
        (PowerTransformer(), SKEWED, SKEWED * 2),
        (PowerTransformer("box-cox", standardize=False), POSITIVE, POSITIVE * 2),
        *((SplineTransformer(4, extrapolation=how), ROWS, BEYOND) for how in ("constant", "linear", "continue")),
        (SplineTransformer(4, extrapolation="periodic", include_bias=False), ROWS, BEYOND),
        (SplineTransformer(4, extrapolation="periodic"), ROWS.assign(x0=1.5), BEYOND),
        (SplineTransformer(3, degree=1, extrapolation="linear", knots="quantile"), ROWS, BEYOND),
        (QuantileTransformer(n_quantiles=20, output_distribution="normal"), ROWS, BEYOND),
        (MissingIndicator(features="all", sparse=True), ROWS, ROWS.where(ROWS > 0)),
        (MissingIndicator(missing_values=0.0), POSITIVE.where(POSITIVE > 1, 0.0), POSITIVE.where(POSITIVE > 2, 0.0)),
    ],
    ids=lambda each: "" if isinstance(each, pd.DataFrame) else str(each),
)
def test_a_transformer_is_that_of_the_original(step: TransformerMixin, rows: pd.DataFrame, asked: pd.DataFrame) -> None:
    expected, found = transformed(step.fit(rows), asked)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_powers_of_box_and_cox_are_those_of_the_original_where_a_power_is_beyond_a_double() -> None:
    step = PowerTransformer("box-cox", standardize=False).fit(POSITIVE)
    # The powers of the first two reach the largest double, which only the quotient of the formula does not exceed.
    step.lambdas_ = np.array([-3.0, 3.0, 1e-20, -0.5])
    asked = pd.DataFrame(np.exp([[-236.8, 236.8, 3.0, -2.0], [-1.0, 1.0, -3.0, 9.0]]), columns=POSITIVE.columns)
    expected, found = transformed(step, asked)
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize(
    "kernel",
    ["additive_chi2", "chi2", "cosine", "laplacian", "linear", "poly", "polynomial", "rbf", "sigmoid"],
)
def test_a_kernel_is_that_of_the_original(kernel: str) -> None:
    parameters = {} if kernel in {"additive_chi2", "cosine", "linear"} else {"gamma": 0.3}
    step = Nystroem(kernel, n_components=6, random_state=0, **parameters).fit(POSITIVE.to_numpy().copy())
    expected, found = transformed(step, POSITIVE * 1.5)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)
