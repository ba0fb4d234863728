"""Distances and kernels are scikit-learn's, where rows are equal, opposite or nothing too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import DistanceMetric, pairwise_distances
from sklearn.metrics.pairwise import pairwise_kernels
from sklearn.neighbors import KNeighborsClassifier

from model_export import UnsupportedModel, export
from model_export.conversion.converters.distances.kernels import kernel
from model_export.conversion.converters.distances.metrics import distances
from tests.model_export.conversion.formulas.computed import computed

if TYPE_CHECKING:
    from pathlib import Path

_GENERATOR = np.random.default_rng(3)
ROWS = np.vstack([_GENERATOR.normal(size=(7, 3)).round(1), [[0.0, 0.0, 0.0], [1.0, -2.0, 0.0], [-1.0, 2.0, 0.0]]])
ASKED = np.vstack([ROWS, _GENERATOR.normal(scale=4.0, size=(9, 3)), [[1e6, -1e6, 0.0]]])


@pytest.mark.parametrize(
    ("metric", "parameters"),
    [
        ("euclidean", {}),
        ("l2", {}),
        ("sqeuclidean", {}),
        ("manhattan", {}),
        ("cityblock", {}),
        ("l1", {}),
        ("cosine", {}),
        ("chebyshev", {}),
        ("canberra", {}),
        ("braycurtis", {}),
        ("hamming", {}),
        ("minkowski", {"p": 1}),
        ("minkowski", {"p": 2}),
        ("minkowski", {"p": 3}),
        ("minkowski", {"p": 1.5}),
        ("minkowski", {"p": 3, "w": np.array([1.0, 0.5, 2.0])}),
        ("seuclidean", {"V": np.array([1.0, 4.0, 0.25])}),
    ],
    ids=str,
)
def test_a_distance_is_that_of_scikit_learn(metric: str, parameters: dict[str, object]) -> None:
    (found,) = computed(lambda x: distances(KNeighborsClassifier(), x, ROWS, metric, parameters), ASKED)
    expected = (
        pairwise_distances(ASKED, ROWS, metric)
        if metric in {"sqeuclidean", "cosine"}
        else DistanceMetric.get_metric(metric, **parameters).pairwise(ASKED, ROWS)
    )
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("gamma", [None, 0.3])
@pytest.mark.parametrize("name", ["rbf", "poly", "polynomial", "sigmoid", "laplacian", "chi2", "linear", "cosine"])
def test_a_kernel_is_that_of_scikit_learn(name: str, gamma: float | None) -> None:
    rows, asked = (np.abs(each) for each in (ROWS, ASKED)) if name == "chi2" else (ROWS, ASKED)
    parameters = {"degree": 2, "coef0": 0.7} if name.startswith("poly") else {"coef0": 0.7} if name == "sigmoid" else {}
    given = {} if name in {"linear", "cosine"} or gamma is None else {"gamma": gamma}
    (found,) = computed(
        lambda x: kernel(KNeighborsClassifier(), x, rows, name, gamma=gamma, degree=2, coef0=0.7), asked
    )
    expected = pairwise_kernels(asked, rows, metric=name, **parameters, **given)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_braycurtis_is_exported_by_brute_force_and_refused_with_a_tree(tmp_path: Path) -> None:
    generator = np.random.default_rng(2)
    table = pd.DataFrame(generator.normal(size=(200, 3)).round(2), columns=["a", "b", "c"])
    model = KNeighborsClassifier(1, metric="braycurtis", algorithm="brute").fit(table, table["a"] > table["b"])
    assert export(model, table, name="shares", out=tmp_path).parity.failures == 0
    with pytest.raises(UnsupportedModel, match=r"triangle inequality does not hold\. Fit with algorithm='brute'"):
        export(KNeighborsClassifier(metric="braycurtis").fit(table, table["a"] > 0), table, name="tree", out=tmp_path)
