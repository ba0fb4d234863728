"""Maps into the space of a kernel, exact and approximate."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.distances.kernels import dense, kernel
from model_export.conversion.converters.distances.neighbors import nearest_training
from model_export.conversion.formulas.functions import log, sqrt
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import Tensor, concat, gather, where
from model_export.conversion.methods.registry import predictions, transforms

if TYPE_CHECKING:
    from sklearn.decomposition import KernelPCA
    from sklearn.kernel_approximation import (
        AdditiveChi2Sampler,
        Nystroem,
        PolynomialCountSketch,
        RBFSampler,
        SkewedChi2Sampler,
    )
    from sklearn.kernel_ridge import KernelRidge
    from sklearn.manifold import Isomap
    from sklearn.preprocessing import KernelCenterer

_INTERVALS = {1: 0.8, 2: 0.5, 3: 0.4}
"""Of AdditiveChi2Sampler, by the number of its steps."""


def _kernel(step: KernelPCA, x: Tensor, rows: object) -> Tensor:
    known = {"degree": 3.0, "coef0": 1.0}
    given = {name: getattr(step, name) for name in known if getattr(step, name, None) is not None}
    gamma = getattr(step, "gamma_", getattr(step, "gamma", None))
    return kernel(step, x, dense(rows), step.kernel, gamma=gamma, **{**known, **given})


@transforms("Nystroem")
def nystroem(step: Nystroem, x: Table) -> Table:
    """Write Nystroem."""
    return Table.of(_kernel(step, x.numbers(), step.components_).matmul(np.asarray(step.normalization_).T))


@predictions("KernelRidge")
def kernel_ridge(model: KernelRidge, x: Table) -> Tensor:
    """Write KernelRidge.predict, for one target or several."""
    weights = np.asarray(model.dual_coef_, np.float64)
    return _kernel(model, x.numbers(), model.X_fit_).matmul(weights.reshape(len(weights), -1))


@transforms("KernelPCA")
def kernel_components(step: KernelPCA, x: Table) -> Table:
    """Write KernelPCA."""
    return Table.of(_components(step, _kernel(step, x.numbers(), step.X_fit_)))


def _components(step: KernelPCA, values: Tensor) -> Tensor:
    eigenvalues = np.asarray(step.eigenvalues_, np.float64)
    kept = eigenvalues != 0
    scaled = np.zeros_like(step.eigenvectors_, dtype=np.float64)
    scaled[:, kept] = step.eigenvectors_[:, kept] / np.sqrt(eigenvalues[kept])
    return _centred(step._centerer, values).matmul(scaled)  # noqa: SLF001 - the centre of the training data


@transforms("KernelCenterer")
def kernel_centerer(step: KernelCenterer, x: Table) -> Table:
    """Write KernelCenterer."""
    return Table.of(_centred(step, x.numbers()))


def _centred(step: KernelCenterer, values: Tensor) -> Tensor:
    rows = np.asarray(step.K_fit_rows_, np.float64)
    mean = values.sum() / float(len(rows))
    return values - rows[None, :] - mean + float(step.K_fit_all_)


@transforms("RBFSampler")
def rbf_sampler(step: RBFSampler, x: Table) -> Table:
    """Write RBFSampler."""
    angles = x.numbers().matmul(step.random_weights_) + step.random_offset_[None, :]
    return Table.of(angles.op("Cos") * (2.0 / step.n_components) ** 0.5)


@transforms("SkewedChi2Sampler")
def skewed_sampler(step: SkewedChi2Sampler, x: Table) -> Table:
    """Write SkewedChi2Sampler."""
    logs = log(x.numbers() + float(step.skewedness))
    angles = logs.matmul(step.random_weights_) + step.random_offset_[None, :]
    return Table.of(angles.op("Cos") * (math.sqrt(2.0) / math.sqrt(step.n_components)))


@transforms("AdditiveChi2Sampler")
def additive_sampler(step: AdditiveChi2Sampler, x: Table) -> Table:
    """Write AdditiveChi2Sampler; zeros stay zeros."""
    interval = step.sample_interval or _INTERVALS[step.sample_steps]
    numbers = x.numbers()
    zero = numbers.equals(0.0)
    positive = where(zero, numbers * 0.0 + 1.0, numbers)
    parts = [sqrt(positive * interval)]
    logs = log(positive) * interval
    for place in range(1, step.sample_steps):
        factor = sqrt(positive * (2 * interval) / math.cosh(math.pi * place * interval))
        parts += [factor * (logs * float(place)).op("Cos"), factor * (logs * float(place)).op("Sin")]
    return Table.of(concat([where(zero, part * 0.0, part) for part in parts]), sparse=x.sparse)


@transforms("PolynomialCountSketch")
def count_sketch(step: PolynomialCountSketch, x: Table) -> Table:
    """Write PolynomialCountSketch: Fourier transforms of the sketches, multiplied and transformed back."""
    size = step.n_components
    numbers = x.numbers() * math.sqrt(step.gamma)
    if step.coef0 != 0:
        numbers = concat([numbers, numbers.column(0) * 0.0 + math.sqrt(step.coef0)])
    angles = 2 * math.pi * (np.outer(np.arange(size), np.arange(size)) % size) / size
    real, imaginary = np.cos(angles), -np.sin(angles)
    product: tuple[Tensor, Tensor] | None = None
    for places, signs in zip(step.indexHash_, step.bitHash_, strict=True):
        sketch = numbers.matmul(np.eye(size)[places] * np.asarray(signs, np.float64)[:, None])
        each = sketch.matmul(real), sketch.matmul(imaginary)
        product = each if product is None else _times(product, each)
    assert product is not None  # noqa: S101 - the degree is one at least
    back = product[0].matmul(real / size) - product[1].matmul(-imaginary / size)
    return Table.of(back)


def _times(first: tuple[Tensor, Tensor], second: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Return the product of complex numbers."""
    return first[0] * second[0] - first[1] * second[1], first[0] * second[1] + first[1] * second[0]


@transforms("Isomap")
def isomap(step: Isomap, x: Table) -> Table:
    """Write Isomap: the shortest way to each row of the training data leads through one of the nearest."""
    if step.n_neighbors is None:
        raise Refusal.of(step, "it looks for neighbours within a radius", "Fit with n_neighbors=")
    apart, places = nearest_training(step.nbrs_, x, step.n_neighbors)
    rows = np.asarray(step.dist_matrix_, np.float64)
    ways = gather(apart.like(rows), places, len(rows)) + apart.reshape([0, -1, 1])
    shortest = ways.op("ReduceMin", apart.like([1], "int64"), width=len(rows), keepdims=0)
    return Table.of(_components(step.kernel_pca_, shortest * shortest * -0.5))
