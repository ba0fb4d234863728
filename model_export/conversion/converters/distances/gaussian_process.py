"""Gaussian processes: kernels by their formulas, and the Laplace approximation for two classes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.linalg import solve_triangular

from model_export.conversion.converters.distances.kernels import dense, kernel, squared_distances
from model_export.conversion.converters.meta.multiclass import one_label, rest_label, rest_probabilities
from model_export.conversion.formulas.classes import both
from model_export.conversion.formulas.functions import exp, sqrt
from model_export.conversion.formulas.normal.distribution import error_function
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.tensor import concat
from model_export.conversion.methods.registry import predictions, probabilities

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import Kernel

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor

    Rows = NDArray[np.float64]

_LAMBDAS: Final = (0.41, 0.4, 0.37, 0.44, 0.39)
_COEFS: Final = (-1854.8214151, 3516.89893646, 221.29346712, 128.12323805, -2010.49422654)
"""Of the five error functions that scikit-learn takes for a sigmoid (Williams and Barber, 1998)."""


def covariance(each: Kernel, x: Tensor, rows: Rows) -> Tensor:
    """Return a fitted kernel between instances and rows of the training data."""
    name = type(each).__name__
    if name in {"Sum", "Product"}:
        first, second = covariance(each.k1, x, rows), covariance(each.k2, x, rows)
        return first + second if name == "Sum" else first * second
    if name == "Exponentiation":
        return covariance(each.kernel, x, rows) ** float(each.exponent)
    if name in {"ConstantKernel", "WhiteKernel"}:  # noise is of each instance alone
        level = float(each.constant_value) if name == "ConstantKernel" else 0.0
        return x.column(0) * 0.0 + np.full((1, len(rows)), level)
    if name == "DotProduct":
        return x.matmul(rows.T) + float(each.sigma_0) ** 2
    if name == "PairwiseKernel":
        return kernel(each, x, rows, each.metric, gamma=each.gamma)
    return _stationary(each, name, x, rows)


def _stationary(each: Kernel, name: str, x: Tensor, rows: Rows) -> Tensor:
    scale = (
        np.broadcast_to(np.asarray(each.length_scale, np.float64), rows.shape[1])
        if hasattr(each, "length_scale")
        else np.ones(rows.shape[1])
    )
    if name == "RBF":
        return exp(squared_distances(x / scale[None, :], rows / scale) * -0.5)
    if name == "Matern":
        return _matern(each, sqrt(squared_distances(x / scale[None, :], rows / scale)))
    if name == "RationalQuadratic":
        share = squared_distances(x, rows) / (2.0 * float(each.alpha) * float(each.length_scale) ** 2)
        return (share + 1.0) ** -float(each.alpha)
    if name == "ExpSineSquared":
        wave = (sqrt(squared_distances(x, rows)) * (math.pi / float(each.periodicity))).op("Sin") / float(
            each.length_scale
        )
        return exp(wave * wave * -2.0)
    raise Refusal.of(each, "no converter knows this kernel", "Fit with RBF, Matern, RationalQuadratic or DotProduct")


def _matern(each: Kernel, apart: Tensor) -> Tensor:
    if each.nu == 0.5:  # noqa: PLR2004 - the exponents that scikit-learn has formulas for
        return exp(-apart)
    if each.nu == 1.5:  # noqa: PLR2004 - likewise
        far = apart * math.sqrt(3)
        return (far + 1.0) * exp(-far)
    if each.nu == 2.5:  # noqa: PLR2004 - likewise
        far = apart * math.sqrt(5)
        return (far + 1.0 + far * far / 3.0) * exp(-far)
    if each.nu == math.inf:
        return exp(apart * apart * -0.5)
    raise Refusal.of(each, f"nu={each.nu:g} needs Bessel functions", "Fit with nu=0.5, 1.5 or 2.5")


@predictions("GaussianProcessRegressor")
def process_value(model: GaussianProcessRegressor, x: Table) -> Tensor:
    """Write GaussianProcessRegressor.predict, for one target or several."""
    if not hasattr(model, "X_train_"):
        raise Refusal.of(model, "it is not fitted", "Call fit before the export")
    weights = np.asarray(model.alpha_, np.float64)
    weights = weights.reshape(len(weights), -1)
    mean = covariance(model.kernel_, x.numbers(), dense(model.X_train_)).matmul(weights)
    # With normalize_y, the unit and the origin of the target.
    unit: Rows = np.asarray(model._y_train_std, np.float64).reshape(1, -1)  # noqa: SLF001 - predict reads it as well
    origin: Rows = np.asarray(model._y_train_mean, np.float64).reshape(1, -1)  # noqa: SLF001 - likewise
    return mean * unit + origin


_NAME = "GaussianProcessClassifier"
_LAPLACE = "_BinaryGaussianProcessClassifierLaplace"


@predictions(_LAPLACE)
def binary_label(model: GaussianProcessClassifier, x: Table) -> Tensor:
    """Write predict of the Laplace approximation: above zero the second class."""
    return (_latent(model, x)[1] > 0.0).cast("int64").reshape([-1])


def _latent(model: GaussianProcessClassifier, x: Table) -> tuple[Tensor, Tensor]:
    """Return the kernel to the training data, and the latent mean."""
    star = covariance(model.kernel_, x.numbers(), dense(model.X_train_))
    return star, star.matmul((model.y_train_ - model.pi_)[:, None])


@probabilities(_LAPLACE)
def binary_probabilities(model: GaussianProcessClassifier, x: Table) -> Tensor:
    """Write predict_proba of the Laplace approximation: five error functions for the sigmoid."""
    star, mean = _latent(model, x)
    # v = L^-1 W^1/2 k, for which the graph keeps the product of the two matrices.
    spread = solve_triangular(model.L_, np.diag(model.W_sr_), lower=True)
    turned = star.matmul(spread.T)
    variance = _diagonal(model.kernel_, x.numbers()) - (turned * turned).sum()
    alpha = 1.0 / (variance * 2.0)
    parts = []
    for scale, coefficient in zip(_LAMBDAS, _COEFS, strict=True):
        inner = mean * scale * sqrt(alpha / (alpha + scale * scale))
        integral = sqrt(math.pi / alpha) * error_function(inner) / (sqrt(variance * (2.0 * math.pi)) * 2.0)
        parts.append(integral * coefficient)
    return both(concat(parts).sum() + 0.5 * sum(_COEFS))


def _diagonal(each: Kernel, x: Tensor) -> Tensor:
    """Return a kernel between each instance and itself."""
    name = type(each).__name__
    if name == "Sum":
        return _diagonal(each.k1, x) + _diagonal(each.k2, x)
    if name == "Product":
        return _diagonal(each.k1, x) * _diagonal(each.k2, x)
    if name == "Exponentiation":
        return _diagonal(each.kernel, x) ** float(each.exponent)
    if name == "DotProduct":
        return (x * x).sum() + float(each.sigma_0) ** 2
    constant = {"ConstantKernel": "constant_value", "WhiteKernel": "noise_level"}.get(name)
    if name == "PairwiseKernel" and each.metric not in {"rbf", "laplacian", "cosine", "chi2"}:
        raise Refusal.of(each, "its variance is not constant", "Fit with RBF, Matern, RationalQuadratic or DotProduct")
    return x.column(0) * 0.0 + (float(getattr(each, constant)) if constant else 1.0)


@predictions(_NAME)
def process_label(model: GaussianProcessClassifier, x: Table) -> Tensor:
    """Write GaussianProcessClassifier.predict."""
    inner = model.base_estimator_
    if type(inner).__name__ == _LAPLACE:
        return binary_label(inner, x)
    return rest_label(inner, x) if type(inner).__name__ == "OneVsRestClassifier" else one_label(inner, x)


@probabilities(_NAME)
def process_probabilities(model: GaussianProcessClassifier, x: Table) -> Tensor:
    """Write GaussianProcessClassifier.predict_proba."""
    inner = model.base_estimator_
    if type(inner).__name__ == _LAPLACE:
        return binary_probabilities(inner, x)
    if type(inner).__name__ != "OneVsRestClassifier":
        raise Refusal.of(
            model, "it gives no probabilities with multi_class='one_vs_one'", "Fit with multi_class='one_vs_rest'"
        )
    return rest_probabilities(inner, x)
