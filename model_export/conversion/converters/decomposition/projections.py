"""Linear projections: a product with a matrix, and what is done before and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg

from model_export.conversion.converters.distances.kernels import dense
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import concat
from model_export.conversion.methods.registry import inverts, transforms

if TYPE_CHECKING:
    from sklearn.cluster import FeatureAgglomeration
    from sklearn.decomposition import PCA, FactorAnalysis, FastICA, SparsePCA, TruncatedSVD


@transforms("PCA", "IncrementalPCA")
def principal_components(step: PCA, x: Table) -> Table:
    """Write PCA and IncrementalPCA: centred after the projection, as scikit-learn does."""
    components = np.asarray(step.components_, np.float64)
    projected = x.numbers().matmul(components.T) - np.asarray(step.mean_).reshape(1, -1) @ components.T
    if step.whiten:
        scale = np.sqrt(step.explained_variance_)
        projected = projected / np.maximum(scale, np.finfo(np.float64).eps)[None, :]
    return Table.of(projected)


@inverts("PCA", "IncrementalPCA")
def principal_inverse(step: PCA, x: Table) -> Table:
    """Write PCA.inverse_transform."""
    components = np.asarray(step.components_, np.float64)
    if step.whiten:
        components = np.sqrt(step.explained_variance_[:, None]) * components
    return Table.of(x.numbers().matmul(components) + np.asarray(step.mean_).reshape(1, -1))


@transforms("GaussianRandomProjection", "NeighborhoodComponentsAnalysis", "SparseRandomProjection", "TruncatedSVD")
def projection(step: TruncatedSVD, x: Table) -> Table:
    """Write the projections that are one product."""
    sparse = x.sparse and type(step).__name__ == "SparseRandomProjection"
    return Table.of(
        x.numbers().matmul(dense(step.components_).T), sparse=sparse and not getattr(step, "dense_output", True)
    )


@transforms("FastICA")
def independent_components(step: FastICA, x: Table) -> Table:
    """Write FastICA."""
    numbers = x.numbers()
    if step.whiten:
        numbers = numbers - np.asarray(step.mean_)[None, :]
    return Table.of(numbers.matmul(np.asarray(step.components_).T))


@transforms("FactorAnalysis")
def factor_analysis(step: FactorAnalysis, x: Table) -> Table:
    """Write FactorAnalysis."""
    scaled = step.components_ / step.noise_variance_
    covariance = linalg.inv(np.eye(len(step.components_)) + scaled @ step.components_.T)
    return Table.of((x.numbers() - np.asarray(step.mean_)[None, :]).matmul(scaled.T).matmul(covariance))


@transforms("MiniBatchSparsePCA", "SparsePCA")
def sparse_components(step: SparsePCA, x: Table) -> Table:
    """Write SparsePCA: the ridge regression on its components, solved once for all instances."""
    components = np.asarray(step.components_, np.float64)
    gram = components @ components.T + step.ridge_alpha * np.eye(len(components))
    solution = linalg.solve(gram, components, assume_a="pos")
    return Table.of((x.numbers() - np.asarray(step.mean_)[None, :]).matmul(solution.T))


@transforms("FeatureAgglomeration")
def feature_agglomeration(step: FeatureAgglomeration, x: Table) -> Table:
    """Write FeatureAgglomeration for the mean, the median of at most two columns, the greatest and the least."""
    numbers = x.numbers()
    labels = np.asarray(step.labels_)
    if step.pooling_func is np.mean:
        groups = np.eye(labels.max() + 1)[labels]
        return Table.of(numbers.matmul(groups) / groups.sum(axis=0)[None, :])
    reductions = {
        np.max: "ReduceMax",
        np.min: "ReduceMin",
        np.sum: "ReduceSum",
        np.amax: "ReduceMax",
        np.amin: "ReduceMin",
    }
    if step.pooling_func not in reductions:
        raise Refusal.of(
            step, "its pooling_func is a function that no converter knows", "Fit with numpy.mean, max, min or sum"
        )
    operator = reductions[step.pooling_func]
    return Table.of(
        concat([numbers.columns(np.flatnonzero(labels == label)).reduce(operator) for label in np.unique(labels)])
    )
