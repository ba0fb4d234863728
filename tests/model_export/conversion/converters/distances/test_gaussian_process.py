"""Gaussian processes: each kernel that has a formula is proven, and any other is refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import (
    RBF,
    ConstantKernel,
    DotProduct,
    Exponentiation,
    ExpSineSquared,
    Kernel,
    Matern,
    RationalQuadratic,
    WhiteKernel,
)

from model_export import UnsupportedModel, export
from tests.model_export.conversion.converters.behind import numbers

if TYPE_CHECKING:
    from pathlib import Path

ROWS = numbers(30, 2)
VALUES = np.random.default_rng(8).normal(size=30)


@pytest.mark.parametrize(
    "kernel",
    [
        *(Matern(1.5, nu=nu) for nu in (0.5, 1.5, 2.5, math.inf)),
        Matern([0.5, 2.0], nu=1.5),
        RBF(0.7) * ConstantKernel(2.0) + WhiteKernel(0.1),
        RationalQuadratic(1.2, alpha=0.4),
        ExpSineSquared(1.3, periodicity=2.1) + WhiteKernel(9.0),
        Exponentiation(DotProduct(0.3), 2) + WhiteKernel(0.2),
    ],
    ids=str,
)
def test_a_kernel_with_a_formula_is_proven(kernel: Kernel, tmp_path: Path) -> None:
    regressor = GaussianProcessRegressor(kernel, alpha=0.1, optimizer=None, normalize_y=True).fit(ROWS, VALUES)
    assert export(regressor, ROWS, name="process", out=tmp_path).path.is_dir()
    classifier = GaussianProcessClassifier(kernel, optimizer=None).fit(ROWS, VALUES > 0)
    assert export(classifier, ROWS, name="classes", out=tmp_path).path.is_dir()


def test_a_kernel_without_a_formula_is_refused(tmp_path: Path) -> None:
    model = GaussianProcessRegressor(Matern(nu=0.7), alpha=0.1, optimizer=None).fit(ROWS, VALUES)
    with pytest.raises(UnsupportedModel, match=r"nu=0\.7 needs Bessel functions"):
        export(model, ROWS, name="process", out=tmp_path)
