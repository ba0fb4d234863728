"""How good predictions were, measured by their ground truth.

References
----------
.. [1] G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950).
.. [2] M. P. Naeini, G. Cooper, M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI
   (2015): the expected calibration error.
"""

from __future__ import annotations

import math
from statistics import NormalDist, fmean, pvariance
from typing import TYPE_CHECKING, Final, NamedTuple

from inference_lib.contract.document import class_key
from inference_lib.telemetry.metrics import (
    ACCURACY,
    BRIER_SCORE,
    CALIBRATION_ERROR,
    MEAN_ABSOLUTE_ERROR,
    ROOT_MEAN_SQUARED_ERROR,
    Metric,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_lib.contract.document import Contract

MIN_TRUTHS: Final = 30
"""With fewer, the error of a mean may not be normal."""

SIGNIFICANCE: Final = 0.001
"""Probability that an unchanged model is reported as worse."""

CALIBRATION_BINS: Final = 10

EVALUATED_ROWS: Final = "evaluated_rows"
"""Name of the metric with the number of rows of the evaluation."""

_FAR: Final = 10
"""An error counts as at most so many root mean squared errors: at most one in a hundred is larger (Chebyshev), and a
single mistyped value must not hide all others by its variance."""


class Outcome(NamedTuple):
    """One prediction and its ground truth.

    Parameters
    ----------
    scores : sequence of float
        The probabilities in the order of the classes, or the value of a regressor.
    truth : str
        The actual class, by its name in ``probabilities``, or the actual number.
    predicted : str
        The predicted class, which need not be that of the greatest probability; empty for a regressor.
    """

    scores: Sequence[float]
    truth: str
    predicted: str = ""


class Quality(NamedTuple):
    """How good the predictions of a window were.

    Parameters
    ----------
    metrics : dict of Metric to float
        What is emitted.
    reference : dict of Metric to float
        The same in the evaluation of the bundle, where it has them.
    loss : float or None
        How much worse the window is, relative to the loss that is worth an alarm; None without a reference.
    """

    metrics: dict[Metric, float]
    reference: dict[Metric, float]
    loss: float | None


def quality_of(contract: Contract, outcomes: Sequence[Outcome], threshold: float) -> Quality:
    """Return how good predictions were.

    Parameters
    ----------
    contract : Contract
        Its task, classes and evaluation.
    outcomes : sequence of Outcome
        At least one.
    threshold : float
        Largest loss that is not worth an alarm: absolute for accuracy and Brier score, relative for a regressor's
        error.
    """
    if contract.task == "regression":
        return _of_values(contract.metrics, outcomes, threshold)
    return _of_classes(contract, outcomes, threshold)


def _of_classes(contract: Contract, outcomes: Sequence[Outcome], threshold: float) -> Quality:
    keys = [class_key(label) for label in contract.classes]
    truths = [keys.index(each.truth) for each in outcomes]
    hits = [float(each.predicted == each.truth) for each in outcomes]
    squares = [_brier(each.scores, truth) for each, truth in zip(outcomes, truths, strict=True)]
    confidences = [max(each.scores) for each in outcomes]
    metrics = {ACCURACY: fmean(hits)}
    if contract.has_probabilities:
        metrics |= {BRIER_SCORE: fmean(squares), CALIBRATION_ERROR: calibration_error(confidences, hits)}
    reference = _reference(
        contract.metrics,
        {
            ACCURACY: "accuracy",
            BRIER_SCORE: "brier_score",
            CALIBRATION_ERROR: "calibration_error",
        },
    )
    rows = contract.metrics.get(EVALUATED_ROWS)
    losses = []
    if ACCURACY in reference:
        lost = reference[ACCURACY] - metrics[ACCURACY]
        losses.append(lost / max(threshold, _margin(hits, rows, tests=2, spread=_least_spread(len(hits)))))
    if BRIER_SCORE in reference and BRIER_SCORE in metrics:
        lost = metrics[BRIER_SCORE] - reference[BRIER_SCORE]
        losses.append(lost / max(threshold, _margin(squares, rows, tests=2, spread=_least_spread(len(squares)))))
    return Quality(metrics, reference, max(losses, default=None))


def _of_values(evaluation: Mapping[str, float], outcomes: Sequence[Outcome], threshold: float) -> Quality:
    errors = [abs(each.scores[0] - float(each.truth)) for each in outcomes]
    metrics = {
        MEAN_ABSOLUTE_ERROR: fmean(errors),
        ROOT_MEAN_SQUARED_ERROR: math.sqrt(fmean(error * error for error in errors)),
    }
    reference = _reference(
        evaluation,
        {
            MEAN_ABSOLUTE_ERROR: "mean_absolute_error",
            ROOT_MEAN_SQUARED_ERROR: "root_mean_squared_error",
        },
    )
    usual = reference.get(MEAN_ABSOLUTE_ERROR)
    if not usual:
        # There is no relative loss when the evaluation has no error at all.
        return Quality(metrics, reference, None)
    most = _FAR * reference.get(ROOT_MEAN_SQUARED_ERROR, usual)
    limited = [min(error, most) for error in errors]
    margin = _margin(limited, evaluation.get(EVALUATED_ROWS), tests=1)
    return Quality(metrics, reference, (fmean(limited) - usual) / (max(threshold * usual, margin) or usual))


def calibration_error(confidences: Sequence[float], hits: Sequence[float]) -> float:
    """Return the expected calibration error of the predicted classes, over ten bins of equal width [2]_.

    Parameters
    ----------
    confidences : sequence of float
        Probability of each predicted class.
    hits : sequence of float
        1 where that class was the actual label, else 0.
    """
    bins: dict[int, list[tuple[float, float]]] = {}
    for confidence, hit in zip(confidences, hits, strict=True):
        bins.setdefault(min(int(confidence * CALIBRATION_BINS), CALIBRATION_BINS - 1), []).append((confidence, hit))
    return sum(
        abs(sum(confidence for confidence, _ in pairs) - sum(hit for _, hit in pairs)) for pairs in bins.values()
    ) / len(hits)


def _brier(scores: Sequence[float], truth: int) -> float:
    """Return the sum of the squared differences over the classes [1]_."""
    return sum((score - (at == truth)) ** 2 for at, score in enumerate(scores))


def _margin(values: Sequence[float], evaluated: float | None, *, tests: int, spread: float = 0.0) -> float:
    """Return how far the mean of a window may be from that of the evaluation by chance.

    Parameters
    ----------
    values : sequence of float
        Of the window.
    evaluated : float, optional
        Rows of the evaluation; unknown for older bundles, whose evaluation counts as exact.
    tests : int
        How many comparisons share ``SIGNIFICANCE``.
    spread : float
        Least variance of a value.
    """
    variance = max(pvariance(values), spread)
    exact = 1 / len(values) + (1 / evaluated if evaluated else 0.0)
    return NormalDist().inv_cdf(1 - SIGNIFICANCE / tests) * math.sqrt(variance * exact)


def _least_spread(outcomes: int) -> float:
    """Return the variance of hits as if there had been half a miss: a window without misses has no variance."""
    return 0.5 / outcomes * (1 - 0.5 / outcomes)


def _reference(evaluation: Mapping[str, float], names: Mapping[Metric, str]) -> dict[Metric, float]:
    return {metric: evaluation[name] for metric, name in names.items() if name in evaluation}
