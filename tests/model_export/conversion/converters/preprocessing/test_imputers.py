"""Imputers that say what was missing, whether or not anything was when they were fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - IterativeImputer is one
from sklearn.impute import IterativeImputer, KNNImputer, MissingIndicator, SimpleImputer
from sklearn.pipeline import make_union

from model_export.conversion.graph.refusal import Refusal
from tests.model_export.conversion.converters.behind import numbers, transformed

if TYPE_CHECKING:
    from sklearn.base import TransformerMixin

IMPUTERS = [
    SimpleImputer(add_indicator=True),
    KNNImputer(add_indicator=True, n_neighbors=2),
    IterativeImputer(add_indicator=True, max_iter=20, tol=0.1, random_state=0),
    make_union(SimpleImputer(), MissingIndicator(error_on_new=False)),
    make_union(SimpleImputer(), MissingIndicator(features="all")),
]


@pytest.mark.parametrize("missing", [0, 1, 4], ids=["complete", "one column", "every column"])
@pytest.mark.parametrize("step", IMPUTERS, ids=lambda value: type(value).__name__)
def test_what_was_missing_is_said_of_the_columns_that_had_gaps(step: TransformerMixin, missing: int) -> None:
    rows = numbers(90)
    gaps = np.random.default_rng(2).random(rows.shape) < 0.2
    gaps[:, missing:] = False
    rows = rows.mask(gaps)
    expected, found = transformed(step.fit(rows), rows)

    assert expected.shape[1] >= 4 + missing
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def _sum(values: object) -> object:
    return values


@pytest.mark.parametrize("step", [KNNImputer(weights=_sum), KNNImputer(metric=lambda first, *_, **__: first[0])])
def test_neighbours_by_a_function_of_python_are_refused(step: KNNImputer) -> None:
    rows = numbers(20).mask(np.random.default_rng(2).random((20, 4)) < 0.2)

    with pytest.raises(Refusal, match="it measures or weighs by a function of Python"):
        transformed(step.fit(rows), rows)
