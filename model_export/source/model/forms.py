"""The answers of a fitted model in the form of the API's predictions, whatever its task (docs/predictions.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from inference_lib.contract.document import INLIER, OUTLIER, class_key
from model_export.errors import UnsupportedModel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from inference_lib.contract.document import Json, Target

    Class: TypeAlias = str | int | bool
    Prediction: TypeAlias = dict[str, Json]
    Numbers: TypeAlias = NDArray[Any]

OUTLIERS = {1: INLIER, -1: OUTLIER}
"""The labels of a detector of outliers, by those of scikit-learn."""

_DISTANCES = ("KMeans", "MiniBatchKMeans", "BisectingKMeans")
"""Clusterers whose transform gives the distance to the centre of each cluster."""


def last_step(model: Any) -> Any:  # noqa: ANN401 - estimators of many authors
    """Return what predicts in the end: the last step of a pipeline, and the best estimator of a search."""
    if hasattr(model, "steps"):
        return last_step(model.steps[-1][1])
    return last_step(model.best_estimator_) if hasattr(model, "best_estimator_") else model


def scores_of(model: object, classes: int) -> str:
    """Return the method of a model whose numbers a prediction holds besides its label; empty where there is none.

    Parameters
    ----------
    model : Estimator
        A classifier or clusterer of one target.
    classes : int
        How many labels it gives.
    """
    last = last_step(model)
    if hasattr(model, "predict_proba"):
        return "predict_proba"
    if hasattr(model, "classes_") and hasattr(model, "decision_function"):
        # One against one gives a number for each pair of classes, which is none of a class.
        pairs = getattr(last, "decision_function_shape", "ovr") == "ovo" and classes > 2  # noqa: PLR2004 - one pair
        return "" if pairs else "decision_function"
    return "transform" if type(last).__name__ in _DISTANCES else ""


ROLES = {"predict_proba": "probabilities", "decision_function": "scores", "transform": "distances", "": "label"}
"""The output with the numbers of each method."""


def labelled(
    model: Any,  # noqa: ANN401 - estimators of many authors
    rows: Callable[[], object],
    classes: Sequence[Class],
    labels: Sequence[object],
) -> list[Prediction]:
    """Return the predictions of a classifier or clusterer of one target.

    Parameters
    ----------
    model : Estimator
        Fitted.
    rows : callable
        Gives what a method reads.
    classes : sequence
        Its labels as JSON values, in the order of its numbers.
    labels : sequence
        What it predicts, as it says it.
    """
    said = model.classes_ if hasattr(model, "classes_") else np.arange(len(classes))
    names = _names(said, classes, labels)
    method = scores_of(model, len(classes))
    if not method:
        return [{"label": name} for name in names]
    numbers = np.asarray(getattr(model, method)(rows()))
    return with_numbers(names, ROLES[method], numbers, classes)


def _names(said: object, classes: Sequence[Class], labels: Sequence[object]) -> list[Class]:
    known = dict(zip(np.asarray(said).tolist(), classes, strict=True))
    if any(isinstance(label, list) for label in labels):
        raise UnsupportedModel(
            "The model predicts several labels at once, as a table of 0 and 1. Fit a MultiOutputClassifier instead."
        )
    return [known[label] for label in labels]


def with_numbers(names: Sequence[Class], role: str, numbers: Numbers, classes: Sequence[Class]) -> list[Prediction]:
    """Return predictions of one target from labels and the numbers of each class."""
    table = numbers.reshape(len(names), -1)
    if role == "scores" and table.shape[1] == 1:
        table = np.column_stack([-table, table])
    keys = [class_key(value) for value in classes]
    predictions: list[Prediction] = []
    for name, row in zip(names, table.tolist(), strict=True):
        by_class: dict[str, Json] = dict(zip(keys, row, strict=True))
        chosen: Prediction = {"probability": by_class[class_key(name)]} if role == "probabilities" else {}
        predictions.append({"label": name, **chosen, role: by_class})
    return predictions


def detected(model: Any, rows: Callable[[], object], labels: Sequence[int]) -> list[Prediction]:  # noqa: ANN401 - as above
    """Return the predictions of a detector of outliers."""
    scores = np.asarray(model.decision_function(rows()), np.float64).reshape(-1).tolist()
    return [{"label": OUTLIERS[label], "score": score} for label, score in zip(labels, scores, strict=True)]


def several(model: Any, rows: Callable[[], object], targets: Sequence[Target], labels: Numbers) -> list[Prediction]:  # noqa: ANN401 - as above
    """Return the predictions of a classifier of several targets."""
    has_shares = hasattr(model, "predict_proba")
    most = max(targets, key=lambda target: len(target.classes))
    if has_shares and hasattr(last_step(model), "order_") and len(most.classes) > 2:  # noqa: PLR2004 - two classes
        raise UnsupportedModel(
            f"{type(last_step(model)).__name__}: its predict_proba fails for the {len(most.classes)} classes of "
            f"{most.name}. Fit a MultiOutputClassifier, or targets of two classes."
        )
    shares = model.predict_proba(rows()) if has_shares else None
    of_target: dict[str, list[Prediction]] = {}
    for at, target in enumerate(targets):
        names = _names(model.classes_[at], target.classes, labels[:, at].tolist())
        if shares is None:
            of_target[target.name] = [{"label": name} for name in names]
            continue
        # A chain gives the probability of the second class alone, in a table with a column for each target.
        table = (
            np.asarray(shares[at]) if isinstance(shares, list) else np.column_stack([1 - shares[:, at], shares[:, at]])
        )
        of_target[target.name] = with_numbers(names, "probabilities", table, target.classes)
    return [{"predictions": {name: each[row] for name, each in of_target.items()}} for row in range(len(labels))]


def each_number(prediction: Mapping[str, Json]) -> list[float]:
    """Return all numbers of a prediction in a fixed order; labels are none."""
    found: list[float] = []
    for name, value in prediction.items():
        if isinstance(value, dict):
            found += each_number(value)
        elif isinstance(value, (int, float)) and name not in {"label", "probability"}:
            found.append(value)
    return found


def each_label(prediction: Mapping[str, Json]) -> list[Json]:
    """Return all labels of a prediction in a fixed order."""
    found: list[Json] = [prediction["label"]] if "label" in prediction else []
    several_targets = prediction.get("predictions")
    for value in several_targets.values() if isinstance(several_targets, dict) else ():
        found += each_label(value) if isinstance(value, dict) else []
    return found


def has_probabilities(prediction: Mapping[str, Json]) -> bool:
    """Return whether the numbers of a prediction are probabilities, of one target or of each."""
    members = prediction.get("predictions")
    several_targets = members.values() if isinstance(members, dict) else ()
    return "probabilities" in prediction or any(
        "probabilities" in each for each in several_targets if isinstance(each, dict)
    )
