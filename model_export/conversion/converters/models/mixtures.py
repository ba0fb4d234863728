"""Gaussian mixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.functions import exp, logsumexp
from model_export.conversion.graph.tensor import concat
from model_export.conversion.methods.registry import predictions, probabilities

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.mixture import GaussianMixture

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor

_NAMES = ("BayesianGaussianMixture", "GaussianMixture")


def weighted(model: GaussianMixture, x: Table) -> Tensor:
    """Return the weighted log-probability of each component.

    The part that does not depend on the instance is taken from the model itself, at the mean of the first component.
    """
    numbers = x.numbers()
    variable = -0.5 * _distances(model, numbers)
    means = np.asarray(model.means_, np.float64)
    reference = model._estimate_weighted_log_prob(means)  # noqa: SLF001 - what predict takes the greatest of
    constants = np.array([reference[place, place] for place in range(len(means))])
    return variable + constants[None, :]


def _distances(model: GaussianMixture, x: Tensor) -> Tensor:
    """Return squared Mahalanobis distances to each component, each zero at its own mean."""
    roots = _roots(model)
    parts = []
    for mean, root in zip(model.means_, roots, strict=True):
        turned = x.matmul(root) - (mean @ root)[None, :]
        parts.append((turned * turned).sum())
    return concat(parts)


def _roots(model: GaussianMixture) -> list[NDArray[np.float64]]:
    """Return the Cholesky factor of each component's precision matrix."""
    factors = np.asarray(model.precisions_cholesky_, np.float64)
    count, features = np.shape(model.means_)
    if model.covariance_type == "full":
        return list(factors)
    if model.covariance_type == "tied":
        return [factors] * count
    if model.covariance_type == "diag":
        return [np.diag(each) for each in factors]
    return [np.eye(features) * float(each) for each in factors]


@predictions(*_NAMES)
def mixture_label(model: GaussianMixture, x: Table) -> Tensor:
    """Write predict of the mixtures: the place of the likeliest component."""
    return weighted(model, x).argmax()


@probabilities(*_NAMES)
def mixture_probabilities(model: GaussianMixture, x: Table) -> Tensor:
    """Write predict_proba of the mixtures."""
    found = weighted(model, x)
    return exp(found - logsumexp(found))
