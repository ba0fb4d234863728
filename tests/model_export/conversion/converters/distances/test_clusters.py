"""Clusterers label an instance by the nearest centre, whatever the number of columns."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.cluster import AffinityPropagation, Birch, BisectingKMeans, KMeans, MeanShift, MiniBatchKMeans

from model_export.conversion import catalog
from model_export.conversion.graph.table import Table
from model_export.conversion.methods import dispatch
from tests.model_export.conversion.formulas.computed import computed

if TYPE_CHECKING:
    from sklearn.base import ClusterMixin

GENERATOR = np.random.default_rng(12)
CLUSTERERS = [
    AffinityPropagation(random_state=0),
    Birch(n_clusters=3),
    BisectingKMeans(4, random_state=0),
    KMeans(3, random_state=0),
    MeanShift(),
    MiniBatchKMeans(3, random_state=0),
]


@pytest.mark.parametrize("clusterer", CLUSTERERS, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("width", [1, 3])
def test_each_instance_has_the_label_of_the_original(clusterer: ClusterMixin, width: int) -> None:
    catalog.registered()
    centers = GENERATOR.normal(0, 20, (4, width))
    rows = np.concatenate([center + GENERATOR.normal(size=(20, width)) for center in centers])
    asked = GENERATOR.normal(0, 25, (200, width))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clusterer.fit(rows)
    (found,) = computed(lambda x: dispatch.predict(clusterer, Table.of(x)).reshape([-1, 1]), asked)

    assert len(set(clusterer.predict(asked))) > 1
    np.testing.assert_array_equal(found.ravel(), clusterer.predict(asked))
