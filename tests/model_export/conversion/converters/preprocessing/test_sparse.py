"""Transformers after a step that makes a sparse matrix, of which scikit-learn computes some otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.kernel_approximation import AdditiveChi2Sampler
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    Normalizer,
    PolynomialFeatures,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.random_projection import SparseRandomProjection

from tests.model_export.conversion.converters.behind import numbers, transformed

if TYPE_CHECKING:
    from sklearn.base import TransformerMixin

ROWS = numbers(60, width=2)


@pytest.mark.parametrize(
    "step",
    [
        AdditiveChi2Sampler(),
        Binarizer(threshold=0.3),
        FunctionTransformer(np.sqrt),
        MaxAbsScaler(),
        Normalizer("l1"),
        Normalizer("l2"),
        Normalizer("max"),
        PolynomialFeatures(2),
        PolynomialFeatures(2, interaction_only=True, include_bias=False),
        QuantileTransformer(n_quantiles=20),
        RobustScaler(with_centering=False),
        SimpleImputer(missing_values=np.nan),
        SparseRandomProjection(4, random_state=0),
        StandardScaler(with_mean=False),
        VarianceThreshold(0.01),
    ],
    ids=str,
)
def test_a_transformer_of_a_sparse_matrix_is_that_of_the_original(step: TransformerMixin) -> None:
    sparse = make_pipeline(KBinsDiscretizer(3, strategy="uniform"), StandardScaler(with_mean=False))
    expected, found = transformed(make_pipeline(sparse, step).fit(ROWS), ROWS)

    assert len(np.unique(expected)) > 1
    np.testing.assert_allclose(found, expected, rtol=1e-12)
