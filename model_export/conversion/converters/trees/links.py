"""From the raw sum of a boosted model to its answer, by the link of the loss that it was fitted with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.formulas.classes import both
from model_export.conversion.formulas.functions import clip, exp, log, sigmoid, softmax
from model_export.conversion.graph.refusal import Refusal

if TYPE_CHECKING:
    from sklearn._loss.loss import BaseLoss

    from model_export.conversion.graph.tensor import Tensor


def class_probabilities(loss: BaseLoss, raw: Tensor) -> Tensor:
    """Return probabilities from raw scores, of two classes or more."""
    if raw.width > 1:
        return softmax(raw)
    # The link of the exponential loss is half the logit.
    return both(sigmoid(raw * 2.0 if type(loss).__name__ == "ExponentialLoss" else raw))


def value_of(loss: BaseLoss, raw: Tensor) -> Tensor:
    """Return the value of a regressor from its raw score."""
    return {"IdentityLink": lambda: raw, "LogLink": lambda: exp(raw)}[type(loss.link).__name__]()


def raw_of(loss: BaseLoss, answer: Tensor) -> Tensor:
    """Return the raw score that an answer of another estimator has: the link itself.

    Raises
    ------
    UnsupportedModel
        The link is none that ONNX can say.
    """
    link = type(loss.link).__name__
    if link == "IdentityLink":
        return answer
    if link == "LogLink":
        return log(answer)
    if link in {"LogitLink", "HalfLogitLink"}:
        odds = log(answer / (1.0 - answer))
        return odds if link == "LogitLink" else odds * 0.5
    if link == "MultinomialLogit":
        logs = log(answer)
        return logs - logs.sum() / float(logs.width)
    raise Refusal.of(loss, f"its link is {link}", "Fit with another loss")


def inside(shares: Tensor) -> Tensor:
    """Return probabilities off zero and one, as GradientBoosting takes those of its first estimator."""
    least = float(np.finfo(np.float64).eps)
    return clip(shares, least, 1 - least)
