"""How good the model is on rows whose labels are known."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from sklearn import metrics

from inference_lib.contract.document import class_key
from inference_lib.monitor.quality.measures import EVALUATED_ROWS, calibration_error
from model_export.errors import InputError
from model_export.evaluation.pictures import classifier_pictures, regressor_pictures

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from model_export.source.model.original import Original, Prediction

_DIGITS = 6
"""Significant ones: the errors of a regressor may be of any size."""


def evaluate(original: Original, answers: Sequence[Prediction], labels: pd.Series) -> dict[str, float]:
    """Return evaluation metrics, rounded to six significant digits.

    Parameters
    ----------
    original : Original
        Gives the task and the classes.
    answers : sequence of dict
        Its predictions.
    labels : Series
        The truth, one for each prediction.

    Returns
    -------
    dict of str to float
        ``accuracy``, ``balanced_accuracy``, ``log_loss``, ``brier_score``, ``calibration_error`` (of the predicted
        class) and ``roc_auc`` (one against the rest, macro average) for classifiers; ``r2``, ``mean_absolute_error``
        and ``root_mean_squared_error`` for regressors; and ``evaluated_rows``, by which chance is told from a loss.

    Raises
    ------
    InputError
        A label is missing, or is none of the model's classes.
    """
    if labels.isna().any():
        raise InputError(f"The target {labels.name!r} misses {int(labels.isna().sum())} labels. Remove those rows.")
    if original.task == "regression":
        found = _regression(answers, labels)
    else:
        found = _classification(original, answers, labels)
    rounded = {name: float(f"{value:.{_DIGITS}g}") for name, value in found.items() if np.isfinite(value)}
    return {**rounded, EVALUATED_ROWS: len(labels)}


def _regression(answers: Sequence[Prediction], labels: pd.Series) -> dict[str, float]:
    if labels.dtype.kind not in "iuf":
        raise InputError(f"The target {labels.name!r} holds no numbers, and the model is a regressor.")
    values = [answer["value"] for answer in answers]
    return {
        "r2": metrics.r2_score(labels, values) if len(labels) > 1 else float("nan"),
        "mean_absolute_error": metrics.mean_absolute_error(labels, values),
        "root_mean_squared_error": metrics.root_mean_squared_error(labels, values),
    }


def pictures_of(original: Original, answers: Sequence[Prediction], labels: pd.Series) -> list[tuple[str, str, str]]:
    """Return the pictures of an evaluation: title, explanation and SVG of each.

    Parameters
    ----------
    original : Original
        Gives the task and the classes.
    answers : sequence of dict
        Its predictions.
    labels : Series
        The truth, which ``evaluate`` has found right.
    """
    if original.task == "regression":
        values = np.array([answer["value"] for answer in answers], dtype=np.float64)
        return regressor_pictures(labels.to_numpy(np.float64), values)
    truth, probabilities = _table_of(original, answers, labels)
    return classifier_pictures(truth, probabilities, [class_key(value) for value in original.classes])


def _table_of(
    original: Original, answers: Sequence[Prediction], labels: pd.Series
) -> tuple[list[int], np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    known = {class_key(value): index for index, value in enumerate(original.classes)}
    truth = [known[class_key(_plain(value))] for value in labels.tolist()]
    return truth, np.array([[_row(answer)[key] for key in known] for answer in answers])


def _classification(original: Original, answers: Sequence[Prediction], labels: pd.Series) -> dict[str, float]:
    known = {class_key(value): index for index, value in enumerate(original.classes)}
    keys = [class_key(_plain(value)) for value in labels.tolist()]
    strangers = set(keys) - set(known)
    if strangers:
        raise InputError(
            f"The target {labels.name!r} holds {len(strangers)} values that are no classes of the model; "
            f"the classes are {', '.join(map(repr, original.classes))}."
        )
    truth, probabilities = _table_of(original, answers, labels)
    predicted = [known[class_key(_plain(answer["label"]))] for answer in answers]
    every = list(range(len(known)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "accuracy": metrics.accuracy_score(truth, predicted),
            "balanced_accuracy": metrics.balanced_accuracy_score(truth, predicted),
            "log_loss": metrics.log_loss(truth, probabilities, labels=every),
            "brier_score": float(np.mean(np.sum((probabilities - np.eye(len(known))[truth]) ** 2, axis=1))),
            "calibration_error": calibration_error(
                probabilities.max(axis=1).tolist(),
                [float(one == other) for one, other in zip(truth, predicted, strict=True)],
            ),
            "roc_auc": _roc_auc(truth, probabilities),
        }


def _roc_auc(truth: list[int], probabilities: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    classes = range(probabilities.shape[1])
    if set(truth) != set(classes):
        return float("nan")
    scores = [metrics.roc_auc_score([label == each for label in truth], probabilities[:, each]) for each in classes]
    return float(np.mean(scores))


def _plain(value: object) -> str | int | bool:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (str, int)) else str(value)


def _row(answer: Prediction) -> dict[str, float]:
    probabilities = answer["probabilities"]
    return probabilities if isinstance(probabilities, dict) else {}  # type: ignore[return-value] # numbers, as Original gives them
