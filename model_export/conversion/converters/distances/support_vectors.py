"""Support vector machines of LIBSVM, in doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.distances.coupling import coupled_probabilities
from model_export.conversion.converters.distances.kernels import dense, kernel
from model_export.conversion.formulas.classes import votes
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.methods.registry import predictions, probabilities, scores

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.svm import SVC, SVR, OneClassSVM

    from model_export.conversion.graph.table import Table
    from model_export.conversion.graph.tensor import Tensor

_CLASSIFIERS = ("SVC", "NuSVC")
_REGRESSORS = ("SVR", "NuSVR")
_BINARY = 2


def _kernel(model: SVC, x: Table) -> Tensor:
    rows = dense(model.support_vectors_)
    return kernel(model, x.numbers(), rows, model.kernel, gamma=model._gamma, degree=model.degree, coef0=model.coef0)  # noqa: SLF001 - resolves gamma="scale"


def pair_values(model: SVC, x: Table) -> Tensor:
    """Return LIBSVM's decision value for each pair of classes: above zero the first of the two wins."""
    weights = _pair_weights(model)
    return _kernel(model, x).matmul(weights) + np.asarray(model._intercept_)[None, :]


def _pair_weights(model: SVC) -> NDArray[np.float64]:
    """Return the weight of each support vector for each pair of classes (0, 1), (0, 2), ... (1, 2), ..."""
    dual = dense(model._dual_coef_)
    classes = len(model.classes_)
    ends = np.cumsum(model._n_support)  # noqa: SLF001 - support vectors of each class
    owners = [slice(end - count, end) for end, count in zip(ends, model._n_support, strict=True)]  # noqa: SLF001 - likewise
    pairs = [(first, second) for first in range(classes) for second in range(first + 1, classes)]
    weights = np.zeros((dual.shape[1], len(pairs)))
    for place, (first, second) in enumerate(pairs):
        weights[owners[first], place] = dual[second - 1, owners[first]]
        weights[owners[second], place] = dual[first, owners[second]]
    return weights


@scores(*_CLASSIFIERS)
def vector_scores(model: SVC, x: Table) -> Tensor:
    """Write decision_function of SVC and NuSVC."""
    values = pair_values(model, x)
    if values.width == 1:
        return -values
    if model.decision_function_shape == "ovr":
        return votes((values < 0.0).cast("double"), -values, len(model.classes_))
    return values


@predictions(*_CLASSIFIERS)
def vector_label(model: SVC, x: Table) -> Tensor:
    """Write predict of SVC and NuSVC: by votes of all pairs, where a decision value of zero is for the second."""
    values = pair_values(model, x)
    if values.width == 1:
        return (values <= 0.0).cast("int64").reshape([-1])
    if model.break_ties and model.decision_function_shape == "ovr":
        return vector_scores(model, x).argmax()
    second = (values <= 0.0).cast("double")
    return votes(second, values * 0.0, len(model.classes_)).argmax()


@probabilities(*_CLASSIFIERS)
def vector_probabilities(model: SVC, x: Table) -> Tensor:
    """Write predict_proba of SVC and NuSVC with ``probability=True``."""
    return coupled_probabilities(pair_values(model, x), model._probA, model._probB, len(model.classes_))  # noqa: SLF001 - of Platt's scaling


@predictions(*_REGRESSORS)
def vector_value(model: SVR, x: Table) -> Tensor:
    """Write predict of SVR and NuSVR."""
    return _single(model, x)


@scores("OneClassSVM")
def one_class_score(model: OneClassSVM, x: Table) -> Tensor:
    """Write OneClassSVM.decision_function."""
    return _single(model, x)


def _single(model: SVR, x: Table) -> Tensor:
    weights = dense(model._dual_coef_)
    if weights.shape[1] == 0:
        raise Refusal.of(model, "it has no support vectors", "Fit with a smaller epsilon or a greater C")
    return _kernel(model, x).matmul(weights.T) + np.asarray(model._intercept_)[None, :]
