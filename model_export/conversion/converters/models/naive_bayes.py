"""Naive Bayes and quadratic discriminants: a log-likelihood for each class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.classes import pairwise, posterior
from model_export.conversion.formulas.functions import exp, logsumexp
from model_export.conversion.graph.tensor import concat, gather
from model_export.conversion.methods.registry import predictions, probabilities, scores

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
    from sklearn.naive_bayes import BernoulliNB, CategoricalNB, GaussianNB, MultinomialNB

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor


def gaussian(model: GaussianNB, x: Table) -> Tensor:
    """Return the joint log-likelihood of GaussianNB."""
    numbers = x.numbers()
    parts = []
    for prior, mean, variance in zip(model.class_prior_, model.theta_, model.var_, strict=True):
        constant = -0.5 * np.sum(np.log(2.0 * np.pi * variance))
        apart = numbers - mean
        parts.append((constant - 0.5 * (apart * apart / variance).sum()) + np.log(prior))
    return concat(parts)


def bernoulli(model: BernoulliNB, x: Table) -> Tensor:
    """Return the joint log-likelihood of BernoulliNB, which compares doubles with its threshold."""
    numbers = x.numbers()
    if model.binarize is not None:
        numbers = (numbers > model.binarize).cast("double")
    absent = np.log(1 - np.exp(model.feature_log_prob_))
    present = numbers.matmul((model.feature_log_prob_ - absent).T)
    return present + np.asarray(model.class_log_prior_ + absent.sum(axis=1))


def multinomial(model: MultinomialNB, x: Table) -> Tensor:
    """Return the joint log-likelihood of MultinomialNB."""
    return x.numbers().matmul(model.feature_log_prob_.T) + np.asarray(model.class_log_prior_)


def complement(model: MultinomialNB, x: Table) -> Tensor:
    """Return the joint log-likelihood of ComplementNB."""
    likelihood = x.numbers().matmul(model.feature_log_prob_.T)
    return likelihood + np.asarray(model.class_log_prior_) if len(model.classes_) == 1 else likelihood


def categorical(model: CategoricalNB, x: Table) -> Tensor:
    """Return the joint log-likelihood of CategoricalNB, which cuts fractions off."""
    total: Tensor | None = None
    for column, table in zip(x.columns(), model.feature_log_prob_, strict=True):
        codes = column.cast("double").cast("int64").reshape([-1])
        found = gather(column.like(table.T, "double"), codes, len(model.classes_))
        total = found if total is None else total + found
    assert total is not None  # noqa: S101 - an estimator reads at least one column
    return total + np.asarray(model.class_log_prior_)


def quadratic(model: QuadraticDiscriminantAnalysis, x: Table) -> Tensor:
    """Return the log posterior of QuadraticDiscriminantAnalysis, but for a constant."""
    numbers = x.numbers()
    norms = []
    for mean, rotation, scaling in zip(model.means_, model.rotations_, model.scalings_, strict=True):
        turned = (numbers - mean).matmul(rotation * scaling ** (-0.5))
        norms.append((turned * turned).sum())
    sizes = np.asarray([np.sum(np.log(scaling)) for scaling in model.scalings_])
    return -0.5 * (concat(norms) + sizes) + np.asarray(np.log(model.priors_))


_LIKELIHOODS: dict[str, Callable[[Any, Table], Tensor]] = {
    "BernoulliNB": bernoulli,
    "CategoricalNB": categorical,
    "ComplementNB": complement,
    "GaussianNB": gaussian,
    "MultinomialNB": multinomial,
    "QuadraticDiscriminantAnalysis": quadratic,
}


@predictions(*_LIKELIHOODS)
def likelihood_label(model: GaussianNB, x: Table) -> Tensor:
    """Write predict: the class of the greatest likelihood."""
    return _LIKELIHOODS[type(model).__name__](model, x).argmax()


@probabilities(*_LIKELIHOODS)
def likelihood_probabilities(model: GaussianNB, x: Table) -> Tensor:
    """Write predict_proba: the likelihoods as shares."""
    likelihood = _LIKELIHOODS[type(model).__name__](model, x)
    if type(model).__name__ == "QuadraticDiscriminantAnalysis":
        return posterior(likelihood)
    return exp(likelihood - logsumexp(likelihood))


@scores("QuadraticDiscriminantAnalysis")
def quadratic_scores(model: QuadraticDiscriminantAnalysis, x: Table) -> Tensor:
    """Write QuadraticDiscriminantAnalysis.decision_function."""
    return pairwise(quadratic(model, x))
