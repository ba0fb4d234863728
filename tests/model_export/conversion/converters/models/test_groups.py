"""Mixtures and labels that spread answer as the original does."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture
from sklearn.semi_supervised import LabelPropagation, LabelSpreading

from model_export.conversion import catalog
from model_export.conversion.graph.table import Table
from model_export.conversion.methods import dispatch
from tests.model_export.conversion.formulas.computed import computed

GENERATOR = np.random.default_rng(41)
ROWS = np.concatenate([GENERATOR.normal(center, 1.0, (60, 3)) for center in (-4.0, 1.0, 6.0)])
ASKED = GENERATOR.normal(1.0, 5.0, (150, 3))


@pytest.fixture(autouse=True)
def registered() -> None:
    """All converters."""
    catalog.registered()


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
@pytest.mark.parametrize("kind", [GaussianMixture, BayesianGaussianMixture])
def test_an_instance_is_of_the_component_that_the_original_says(
    kind: type[GaussianMixture | BayesianGaussianMixture], covariance: str
) -> None:
    model = kind(n_components=3, covariance_type=covariance, random_state=0, max_iter=500).fit(ROWS)
    (found,) = computed(lambda x: dispatch.predict(model, Table.of(x)).reshape([-1, 1]), ASKED)

    assert len({*found.ravel()}) > 1
    np.testing.assert_array_equal(found.ravel(), model.predict(ASKED))


@pytest.mark.parametrize("kind", [LabelPropagation, LabelSpreading])
@pytest.mark.parametrize("kernel", ["knn", "rbf"])
def test_labels_spread_as_in_the_original(kind: type[LabelPropagation | LabelSpreading], kernel: str) -> None:
    labels = np.where(GENERATOR.random(len(ROWS)) < 0.3, np.repeat([0, 1, 2], 60), -1)
    model = kind(kernel=kernel, n_neighbors=5, gamma=0.1, max_iter=2000).fit(ROWS, labels)
    (found,) = computed(lambda x: dispatch.predict_proba(model, Table.of(x)), ASKED)

    np.testing.assert_allclose(found, model.predict_proba(ASKED), rtol=1e-9, atol=1e-12)
