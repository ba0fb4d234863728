"""Probabilities of LIBSVM's pairs are coupled as LIBSVM does, for values of either sign."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from model_export.conversion.converters.distances.coupling import coupled_probabilities
from tests.model_export.conversion.formulas.computed import computed

VALUES = np.array([[3.0, -2.0, 0.5], [-800.0, 900.0, 0.0], [0.1, 0.2, -0.3], [-1.5, -2.5, 4.0], [0.0, 0.0, 0.0]])
SLOPES, OFFSETS = np.array([-1.5, -0.5, -2.0]), np.array([0.1, -0.2, 0.0])


def _solved(value: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the probabilities that minimise the sum that the paper gives, by its linear equations (17)."""
    pairs = np.zeros((3, 3))
    first = np.clip(expit(-(value * SLOPES + OFFSETS)), 1e-7, 1 - 1e-7)
    for share, (one, other) in zip(first, [(0, 1), (0, 2), (1, 2)], strict=True):
        pairs[one, other], pairs[other, one] = share, 1 - share
    matrix = -pairs.T * pairs
    np.fill_diagonal(matrix, (pairs.T**2).sum(axis=1))
    whole = np.block([[matrix, np.ones((3, 1))], [np.ones((1, 3)), np.zeros((1, 1))]])
    solved: np.ndarray[tuple[int], np.dtype[np.float64]] = np.linalg.solve(whole, [0.0, 0.0, 0.0, 1.0])[:3]
    return solved


def test_pairs_are_coupled_to_the_minimum_of_the_paper() -> None:
    (found,) = computed(lambda values: coupled_probabilities(values, SLOPES, OFFSETS, 3), VALUES)
    assert found.sum(axis=1) == pytest.approx(1.0)
    # LIBSVM stops where the equations hold to 0.005 over the number of classes.
    np.testing.assert_allclose(found, [_solved(value) for value in VALUES], atol=0.01)
