"""The functions that a FunctionTransformer may hold are those of NumPy and SciPy, at their ends too."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import special

from model_export.conversion.converters.preprocessing.functions.numpy_functions import NUMPY, SCIPY
from tests.model_export.conversion.formulas.computed import computed

if TYPE_CHECKING:
    from types import ModuleType

    from model_export.conversion.converters.preprocessing.functions.numpy_functions import Function

_SIZES = [
    0.0,
    1e-300,
    1e-12,
    1e-3,
    0.1,
    0.5,
    0.9999,
    1.0,
    1.0001,
    1.5,
    2.0,
    2.5,
    3.0,
    8.0,
    100.0,
    700.0,
    709.9,
    710.2,
    1e5,
    1e12,
]
_VALUES = np.array([*_SIZES, *(-size for size in _SIZES), 1e300, -1e300, math.inf, -math.inf, math.nan])[:, None]
_NEAR = 1e5
_PERIODIC = {"sin", "cos", "tan"}
"""Beyond ``_NEAR`` their argument is reduced with fewer digits than NumPy takes."""


@pytest.mark.parametrize(
    ("library", "functions", "name"),
    [(np, NUMPY, name) for name in NUMPY] + [(special, SCIPY, name) for name in SCIPY],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "__name__", ""),
)
def test_a_function_is_that_of_its_library(library: ModuleType, functions: dict[str, Function], name: str) -> None:
    values = _VALUES[np.abs(_VALUES[:, 0]) <= _NEAR] if name in _PERIODIC else _VALUES
    if name == "asarray_chkfinite":
        values = values[np.isfinite(values[:, 0])]
    bounds = (-2.0, 1.5) if name == "clip" else ()
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # NumPy 2.5 deprecates fix, which models still hold
        expected = np.asarray(getattr(library, name)(values, *bounds), np.float64)
    (found,) = computed(lambda x: functions[name](x, *bounds), values)
    np.testing.assert_allclose(np.asarray(found, np.float64), expected, rtol=1e-13, atol=1e-300)
