"""Scores of support vectors: each pair's, and the votes where a pair is undecided."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.svm import SVC, NuSVC

from model_export.conversion.converters.distances.support_vectors import vector_scores
from model_export.conversion.graph.table import Table
from tests.model_export.conversion.formulas.computed import computed

ROWS = np.array([[-2.0], [-1.0], [1.0], [2.0], [10.0], [11.0]])
ASKED = np.array([[0.0], [-1.0], [3.0], [5.5], [7.0], [12.0]])
THREE, TWO = [0, 0, 1, 1, 2, 2], [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("target", [THREE, TWO], ids=["three classes", "two classes"])
@pytest.mark.parametrize("shape", ["ovr", "ovo"])
@pytest.mark.parametrize("kind", [SVC, NuSVC])
def test_scores_are_those_of_the_original(kind: type[SVC | NuSVC], shape: str, target: list[int]) -> None:
    model = kind(kernel="linear", decision_function_shape=shape).fit(ROWS, target)
    (found,) = computed(lambda x: vector_scores(model, Table.of(x)), ASKED)

    expected = model.decision_function(ASKED).reshape(len(ASKED), -1)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_a_pair_that_is_undecided_votes_as_in_scikit_learn() -> None:
    pairs = SVC(kernel="linear", decision_function_shape="ovo").fit(ROWS, THREE)
    votes = SVC(kernel="linear").fit(ROWS, THREE)
    middle = np.array([[0.0]])
    (found,) = computed(lambda x: vector_scores(votes, Table.of(x)), middle)

    assert pairs.decision_function(middle)[0, 0] == 0
    np.testing.assert_allclose(found, votes.decision_function(middle), rtol=1e-12)
