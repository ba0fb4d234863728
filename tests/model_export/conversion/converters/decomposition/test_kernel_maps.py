"""Maps that approximate a kernel, with each number of steps and degree that has a formula of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.kernel_approximation import AdditiveChi2Sampler, PolynomialCountSketch, RBFSampler, SkewedChi2Sampler

from tests.model_export.conversion.converters.behind import numbers, transformed

if TYPE_CHECKING:
    from sklearn.base import TransformerMixin

ROWS = numbers(40).abs()
ROWS.iloc[::4, 1] = 0.0


@pytest.mark.parametrize(
    "step",
    [
        AdditiveChi2Sampler(sample_steps=1),
        AdditiveChi2Sampler(sample_steps=2),
        AdditiveChi2Sampler(sample_steps=3),
        AdditiveChi2Sampler(sample_steps=5, sample_interval=0.3),
        PolynomialCountSketch(gamma=0.5, degree=1, n_components=7, random_state=0),
        PolynomialCountSketch(degree=3, coef0=2, n_components=8, random_state=0),
        RBFSampler(gamma=0.3, n_components=5, random_state=0),
        SkewedChi2Sampler(skewedness=0.7, n_components=5, random_state=0),
    ],
    ids=str,
)
def test_a_map_is_that_of_the_original(step: TransformerMixin) -> None:
    expected, found = transformed(step.fit(ROWS), ROWS)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
