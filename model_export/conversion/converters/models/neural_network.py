"""Multi-layer perceptrons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model_export.conversion.formulas.classes import both
from model_export.conversion.formulas.functions import exp, maximum, sigmoid, softmax
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.methods.registry import predictions, probabilities, transforms

if TYPE_CHECKING:
    from sklearn.neural_network import BernoulliRBM, MLPClassifier, MLPRegressor

    from model_export.conversion.graph.tensor import Tensor


def _identity(x: Tensor) -> Tensor:
    return x


def _relu(x: Tensor) -> Tensor:
    return maximum(x, 0.0)


def _tanh(x: Tensor) -> Tensor:
    return x.op("Tanh")


_ACTIVATIONS = {
    "exp": exp,
    "identity": _identity,
    "logistic": sigmoid,
    "relu": _relu,
    "softmax": softmax,
    "tanh": _tanh,
}


def forward(model: MLPRegressor, x: Tensor) -> Tensor:
    """Return what the last layer gives."""
    layers = list(zip(model.coefs_, model.intercepts_, strict=True))
    for place, (weights, intercept) in enumerate(layers):
        name = model.out_activation_ if place == len(layers) - 1 else model.activation
        if name not in _ACTIVATIONS:
            raise Refusal.of(model, f"no converter knows its activation {name!r}", "Fit with activation='relu'")
        x = _ACTIVATIONS[name](x.matmul(weights) + intercept[None, :])
    return x


@probabilities("MLPClassifier")
def perceptron_probabilities(model: MLPClassifier, x: Table) -> Tensor:
    """Write MLPClassifier.predict_proba."""
    if model._label_binarizer.y_type_.startswith("multilabel"):  # noqa: SLF001 - whether it predicts several labels
        raise Refusal.of(model, "it predicts several labels at once", "Export a model for each label")
    shares = forward(model, x.numbers())
    return both(shares) if shares.width == 1 else shares


@predictions("MLPRegressor")
def perceptron_values(model: MLPRegressor, x: Table) -> Tensor:
    """Write MLPRegressor.predict, for one target or several."""
    return forward(model, x.numbers())


@transforms("BernoulliRBM")
def boltzmann_machine(step: BernoulliRBM, x: Table) -> Table:
    """Write BernoulliRBM.transform: the probabilities of the hidden units."""
    return Table.of(sigmoid(x.numbers().matmul(step.components_.T) + step.intercept_hidden_[None, :]))
