"""Linear models: a matrix product, and what makes probabilities or values of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.classes import both
from model_export.conversion.formulas.functions import clip, exp, sigmoid, softmax
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import where
from model_export.conversion.methods.registry import predictions, probabilities, scores, transforms

if TYPE_CHECKING:
    from sklearn.cross_decomposition import PLSRegression
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor, SGDClassifier

    from model_export.conversion.graph.tensor import Tensor

_LOGISTIC = ("LogisticRegression", "LogisticRegressionCV")
_CLASSIFIERS = (
    *_LOGISTIC,
    *("LinearDiscriminantAnalysis", "LinearSVC", "PassiveAggressiveClassifier", "Perceptron"),
    *("RidgeClassifier", "RidgeClassifierCV", "SGDClassifier"),
)
_REGRESSORS = (
    *("ARDRegression", "BayesianRidge", "ElasticNet", "ElasticNetCV", "HuberRegressor", "Lars", "LarsCV", "Lasso"),
    *("LassoCV", "LassoLars", "LassoLarsCV", "LassoLarsIC", "LinearRegression", "LinearSVR", "MultiTaskElasticNet"),
    *("MultiTaskElasticNetCV", "MultiTaskLasso", "MultiTaskLassoCV", "OrthogonalMatchingPursuit"),
    *("OrthogonalMatchingPursuitCV", "PassiveAggressiveRegressor", "QuantileRegressor", "Ridge", "RidgeCV"),
    *("SGDRegressor", "TheilSenRegressor"),
)
_LATENT = ("CCA", "PLSCanonical", "PLSRegression")
_GENERALIZED = ("GammaRegressor", "PoissonRegressor", "TweedieRegressor")


def linear(model: LinearRegression, x: Tensor) -> Tensor:
    """Return ``x @ coef_.T + intercept_``, a column for each target or class."""
    coefficients = np.atleast_2d(np.asarray(model.coef_, np.float64))
    return x.matmul(coefficients.T) + np.atleast_1d(np.asarray(model.intercept_, np.float64)).ravel()


@predictions(*_REGRESSORS)
def linear_regressor(model: LinearRegression, x: Table) -> Tensor:
    """Write predict of the linear regressors."""
    return linear(model, x.numbers())


@scores(*_CLASSIFIERS)
def linear_classifier(model: LogisticRegression, x: Table) -> Tensor:
    """Write decision_function of the linear classifiers."""
    if isinstance(model.classes_, list) or len(model.classes_) < 2:  # noqa: PLR2004 - the fewest classes
        raise Refusal.of(
            model, "it has fewer than two classes or several labels", "Fit one label of two or more classes"
        )
    return linear(model, x.numbers())


@probabilities(*_LOGISTIC, "LinearDiscriminantAnalysis")
def logistic_probabilities(model: LogisticRegression, x: Table) -> Tensor:
    """Write predict_proba of logistic regression and of linear discriminant analysis."""
    decision = linear_classifier(model, x)
    return both(sigmoid(decision)) if decision.width == 1 else softmax(decision)


@predictions(*_LOGISTIC, "LinearDiscriminantAnalysis")
def logistic_label(model: LogisticRegression, x: Table) -> Tensor:
    """Write predict: the sigmoid and softmax keep the order of the scores."""
    return logistic_probabilities(model, x).argmax()


@probabilities("SGDClassifier")
def sgd_probabilities(model: SGDClassifier, x: Table) -> Tensor:
    """Write SGDClassifier.predict_proba."""
    decision = linear_classifier(model, x)
    if model.loss == "modified_huber":
        return one_against_rest((clip(decision, -1.0, 1.0) + 1.0) / 2.0)
    return one_against_rest(sigmoid(decision))


def one_against_rest(shares: Tensor) -> Tensor:
    """Return probabilities from those of each class against all others: alike for all where each is zero."""
    if shares.width == 1:
        return both(shares)
    total = shares.sum()
    none = total.equals(0.0)
    return where(none, shares * 0.0 + 1.0, shares) / where(none, total * 0.0 + float(shares.width), total)


@predictions(*_LATENT)
def latent_regressor(model: PLSRegression, x: Table) -> Tensor:
    """Write predict of the partial least squares models."""
    return linear(model, x.numbers() - model._x_mean)  # noqa: SLF001 - the mean of the training data


@transforms(*_LATENT)
def latent_transform(model: PLSRegression, x: Table) -> Table:
    """Write transform of the partial least squares models."""
    scaled = (x.numbers() - model._x_mean) / model._x_std  # noqa: SLF001 - likewise
    return Table.of(scaled.matmul(model.x_rotations_))


@transforms("PLSSVD")
def latent_svd(model: PLSRegression, x: Table) -> Table:
    """Write PLSSVD.transform."""
    scaled = (x.numbers() - model._x_mean) / model._x_std  # noqa: SLF001 - likewise
    return Table.of(scaled.matmul(model.x_weights_))


@predictions(*_GENERALIZED)
def generalized_regressor(model: PoissonRegressor, x: Table) -> Tensor:
    """Write predict of the generalised linear models, through the inverse of their link."""
    raw = linear(model, x.numbers())
    link = type(model._base_loss.link).__name__  # noqa: SLF001 - resolves link="auto"
    if link == "IdentityLink":
        return raw
    if link != "LogLink":
        raise Refusal.of(model, f"its link is {link}", "Fit with the link log or identity")
    return exp(raw)


@transforms("LinearDiscriminantAnalysis")
def discriminant_transform(model: LinearDiscriminantAnalysis, x: Table) -> Table:
    """Write LinearDiscriminantAnalysis.transform."""
    numbers = x.numbers()
    if model.solver == "svd":
        numbers = numbers - model.xbar_
    return Table.of(numbers.matmul(model.scalings_[:, : model._max_components]))  # noqa: SLF001 - what transform keeps
