"""How good the model is on rows whose labels are known."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn import metrics

from inference_lib.bundle.profile import by_target
from inference_lib.contract.document import class_key
from inference_lib.monitor.quality.measures import EVALUATED_ROWS, calibration_error
from model_export.errors import InputError
from model_export.evaluation.pictures import classifier_pictures, regressor_pictures
from model_export.source.model.forms import OUTLIERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from inference_lib.contract.document import Task
    from model_export.source.model.original import Original, Prediction


class _Subject(NamedTuple):
    """What one target of a model is.

    Parameters
    ----------
    task : str
        Of the contract.
    classes : tuple
        Its labels.
    """

    task: Task
    classes: tuple[str | int | bool, ...]


_DIGITS = 6
"""Significant ones: the errors of a regressor may be of any size."""


def evaluate(original: Original, answers: Sequence[Prediction], labels: pd.DataFrame) -> dict[str, float]:
    """Return evaluation metrics, rounded to six significant digits.

    Parameters
    ----------
    original : Original
        Gives the task, and the classes or targets.
    answers : sequence of dict
        Its predictions.
    labels : DataFrame
        The truth, a row for each prediction and a column for each target.

    Returns
    -------
    dict of str to float
        ``accuracy``, ``balanced_accuracy``, ``log_loss``, ``brier_score``, ``calibration_error`` (of the predicted
        class) and ``roc_auc`` (one against the rest, macro average) for classifiers; ``r2``, ``mean_absolute_error``
        and ``root_mean_squared_error`` for regressors; ``adjusted_rand_index`` for clusterers; and
        ``evaluated_rows``, by which chance is distinguished from a loss. Those of probabilities are left out where
        there are none, and of several targets each metric is the mean.

    Raises
    ------
    InputError
        A label is missing, or is none of the model's classes.
    """
    found: dict[str, list[float]] = {}
    for subject, of_target, column in _targets(original, answers, labels):
        if column.isna().any():
            raise InputError(f"The target {column.name!r} misses {int(column.isna().sum())} labels. Remove those rows.")
        for name, value in _metrics(subject, of_target, column).items():
            found.setdefault(name, []).append(value)
    means = {name: float(np.mean(values)) for name, values in found.items()}
    rounded = {name: float(f"{value:.{_DIGITS}g}") for name, value in means.items() if np.isfinite(value)}
    return {**rounded, EVALUATED_ROWS: len(labels)}


def _targets(
    original: Original, answers: Sequence[Prediction], labels: pd.DataFrame
) -> Iterator[tuple[_Subject, list[Prediction], pd.Series]]:
    classes = [target.classes for target in original.targets] or [original.classes]
    parts = [list(by_target(answer).values()) for answer in answers]
    for at, (name, each) in enumerate(zip(labels.columns, classes, strict=True)):
        yield _Subject(original.task, each), [part[at] for part in parts], labels[name]


def _metrics(subject: _Subject, answers: Sequence[Prediction], labels: pd.Series) -> dict[str, float]:
    if subject.task == "regression":
        return _regression(answers, labels)
    if subject.task == "clustering":
        return {"adjusted_rand_index": metrics.adjusted_rand_score(labels.astype(str), [a["label"] for a in answers])}
    return _classification(subject, answers, _in_words(labels) if subject.task == "anomaly" else labels)


def _in_words(labels: pd.Series) -> pd.Series:
    """Return labels of outliers as words, where they are the numbers of scikit-learn."""
    return labels.map(OUTLIERS) if labels.isin(list(OUTLIERS)).all() else labels


def _regression(answers: Sequence[Prediction], labels: pd.Series) -> dict[str, float]:
    if labels.dtype.kind not in "iuf":
        raise InputError(f"The target {labels.name!r} holds no numbers, and the model is a regressor.")
    values = [answer["value"] for answer in answers]
    return {
        "r2": metrics.r2_score(labels, values) if len(labels) > 1 else float("nan"),
        "mean_absolute_error": metrics.mean_absolute_error(labels, values),
        "root_mean_squared_error": metrics.root_mean_squared_error(labels, values),
    }


def pictures_of(original: Original, answers: Sequence[Prediction], labels: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return the pictures of an evaluation: title, explanation and SVG of each; none where no picture fits the task.

    Parameters
    ----------
    original : Original
        Gives the task and the classes.
    answers : sequence of dict
        Its predictions.
    labels : DataFrame
        The truth, which ``evaluate`` has found right.
    """
    if original.targets or not {"value", "probabilities"}.intersection(answers[0]) or original.task == "clustering":
        return []
    column = labels.iloc[:, 0]
    if original.task == "regression":
        values = np.array([answer["value"] for answer in answers], dtype=np.float64)
        return regressor_pictures(column.to_numpy(np.float64), values)
    truth, probabilities = _table_of(original, answers, column)
    return classifier_pictures(truth, probabilities, [class_key(value) for value in original.classes])


def _table_of(
    original: Original | _Subject, answers: Sequence[Prediction], labels: pd.Series
) -> tuple[list[int], np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    known = {class_key(value): index for index, value in enumerate(original.classes)}
    truth = [known[class_key(_plain(value))] for value in labels.tolist()]
    return truth, np.array([[_row(answer)[key] for key in known] for answer in answers])


def _classification(subject: _Subject, answers: Sequence[Prediction], labels: pd.Series) -> dict[str, float]:
    known = {class_key(value): index for index, value in enumerate(subject.classes)}
    keys = [class_key(_plain(value)) for value in labels.tolist()]
    strangers = set(keys) - set(known)
    if strangers:
        raise InputError(
            f"The target {labels.name!r} holds {len(strangers)} values that are no classes of the model; "
            f"the classes are {', '.join(map(repr, subject.classes))}."
        )
    predicted = [known[class_key(_plain(answer["label"]))] for answer in answers]
    truth = [known[key] for key in keys]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {
            "accuracy": metrics.accuracy_score(truth, predicted),
            "balanced_accuracy": metrics.balanced_accuracy_score(truth, predicted),
        }
        if "probabilities" not in answers[0]:
            return found
        _, probabilities = _table_of(subject, answers, labels)
        every = list(range(len(known)))
        return {
            **found,
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
