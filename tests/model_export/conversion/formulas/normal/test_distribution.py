"""The tabulated functions of the normal distribution are SciPy's, to the last places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import pytest
from scipy.special import erf, erfc, ndtr, ndtri

from model_export.conversion.formulas.normal import distribution
from model_export.conversion.graph.graph import Graph
from model_export.conversion.graph.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

LINE = np.concatenate([np.linspace(-8.0, 8.0, 20_011), np.linspace(-1e-3, 1e-3, 501)])
PROBABILITIES = np.concatenate([np.geomspace(9e-8, 0.5, 20_011), 1.0 - np.geomspace(9e-8, 0.5, 20_011)])


def _computed(function: Callable[[Tensor], Tensor], numbers: Numbers) -> Numbers:
    graph = Graph()
    found = function(Tensor(graph, graph.add_input("x", "double", 1), "double", 1))
    graph.add_output("y", found.name, found.kind, [None, 1])
    session = onnxruntime.InferenceSession(graph.model().SerializeToString(), providers=["CPUExecutionProvider"])
    answers: Numbers = np.asarray(session.run(["y"], {"x": numbers[:, None]})[0]).ravel()
    return answers


@pytest.mark.parametrize(
    ("function", "original", "numbers"),
    [
        (distribution.error_function, erf, LINE),
        (distribution.error_function_complement, erfc, LINE),
        (distribution.normal_probability, ndtr, LINE),
        (distribution.normal_quantile, ndtri, PROBABILITIES),
    ],
    ids=["erf", "erfc", "ndtr", "ndtri"],
)
def test_each_function_differs_from_scipys_in_the_last_places_alone(
    function: Callable[[Tensor], Tensor], original: Callable[[Numbers], Numbers], numbers: Numbers
) -> None:
    assert _computed(function, numbers) == pytest.approx(original(numbers), rel=1e-12, abs=2e-14)


def test_the_complement_far_from_zero_has_its_digits_though_it_is_tiny() -> None:
    numbers = np.linspace(0.0, 26.0, 2_011)
    found = _computed(distribution.error_function_complement, numbers)

    np.testing.assert_allclose(found, erfc(numbers), rtol=1e-11, atol=0)


def test_the_error_function_of_zero_is_zero() -> None:
    assert _computed(distribution.error_function, np.zeros(1)).tolist() == [0.0]
