"""Detectors of outliers: a score that is negative for an outlier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.distances.neighbors import nearest_training
from model_export.conversion.converters.trees.forests import seen, tree_of
from model_export.conversion.converters.trees.nodes import sum_of_trees, with_features
from model_export.conversion.formulas.functions import maximum
from model_export.conversion.graph.tensor import gather
from model_export.conversion.methods.registry import scores

if TYPE_CHECKING:
    from sklearn.covariance import EllipticEnvelope
    from sklearn.ensemble import IsolationForest
    from sklearn.linear_model import SGDOneClassSVM
    from sklearn.neighbors import LocalOutlierFactor

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor


@scores("IsolationForest")
def isolation_forest(model: IsolationForest, x: Table) -> Tensor:
    """Write IsolationForest.decision_function: from the mean depth at which trees isolate an instance."""
    trees = []
    for place, (tree, columns) in enumerate(zip(model.estimators_, model.estimators_features_, strict=True)):
        depths = model._decision_path_lengths[place] + model._average_path_length_per_tree[place] - 1.0  # noqa: SLF001 - of each node
        trees.append(with_features(tree_of(tree.tree_, np.asarray(depths, np.float64)), columns))
    samples = model._max_samples  # noqa: SLF001 - that a tree was fitted on
    scale = len(trees) * _average_path_length(samples)
    total = sum_of_trees(trees, seen(x))
    # With one sample for each tree all depths are zero, and scikit-learn takes the ratio for one.
    ratio = total / scale if scale else total * 0.0 + 1.0
    return -(ratio.like(2.0) ** -ratio) - float(model.offset_)


def _average_path_length(samples: int) -> float:
    """Return the mean depth of an unsuccessful search in a tree of so many samples."""
    if samples <= 2:  # noqa: PLR2004 - two samples part in one step
        return float(samples == 2)  # noqa: PLR2004 - likewise
    return float(2.0 * (np.log(samples - 1.0) + np.euler_gamma) - 2.0 * (samples - 1.0) / samples)


@scores("LocalOutlierFactor")
def local_outlier_factor(model: LocalOutlierFactor, x: Table) -> Tensor:
    """Write LocalOutlierFactor.decision_function, for a model with ``novelty=True``."""
    count = model.n_neighbors_
    apart, places = nearest_training(model, x, count)
    reach = maximum(apart, gather(apart.like(model._distances_fit_X_[:, count - 1]), places, count))
    density = 1.0 / (reach.sum() / float(count) + 1e-10)
    ratios = gather(apart.like(model._lrd), places, count) / density  # noqa: SLF001 - densities of the training data
    return -(ratios.sum() / float(count)) - float(model.offset_)


@scores("EllipticEnvelope")
def elliptic_envelope(model: EllipticEnvelope, x: Table) -> Tensor:
    """Write EllipticEnvelope.decision_function: the squared Mahalanobis distance below the offset."""
    centred = x.numbers() - np.asarray(model.location_)[None, :]
    return -((centred.matmul(model.get_precision()) * centred).sum()) - float(model.offset_)


@scores("SGDOneClassSVM")
def linear_one_class(model: SGDOneClassSVM, x: Table) -> Tensor:
    """Write SGDOneClassSVM.decision_function."""
    return x.numbers().matmul(np.asarray(model.coef_).reshape(1, -1).T) - float(np.ravel(model.offset_)[0])
