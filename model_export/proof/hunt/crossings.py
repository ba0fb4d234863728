"""Seams pulled back to requests: the two neighbouring doubles of a feature between which a step's input crosses one.

The way from a feature to a column of a step's input is any chain of fitted steps. It is not inverted: the feature is
bisected between the ends of its range until the column lies on both sides of the seam at two neighbouring doubles.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from model_export.proof.hunt.places import matrix
from model_export.source.model.doubles import double_of, order_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inference_lib.contract.document import Feature
    from model_export.proof.hunt.places import Place
    from model_export.proof.hunt.seams import Seam
    from model_export.source.instances import Instance
    from model_export.source.model.original import Original

    Matrix = np.ndarray[Any, np.dtype[np.float64]]

_BISECTIONS: Final = 64
_WIDER: Final = 1.0
"""The range of a feature is searched this many spans beyond what was observed."""

_LARGEST: Final = float(np.finfo(np.float64).max)
_SINGLE = (-float(np.finfo(np.float32).max), float(np.finfo(np.float32).max))
"""What a tree of scikit-learn takes; beyond, it raises."""


@dataclass(frozen=True)
class Crossing:
    """A row, a feature of it, and the value at which a step's input crosses a seam.

    Parameters
    ----------
    step : str
        Name of the step's class.
    feature : str
        The feature that crosses.
    below, above : float
        Neighbouring doubles: the column is at most the seam at one and above it at the other.
    row : dict
        The other features.
    """

    step: str
    feature: str
    below: float
    above: float
    row: Instance


@dataclass
class _Task:
    place: Place
    seam: Seam
    feature: Feature
    row: Instance
    low: int
    high: int
    rises: bool = True


def crossings(
    original: Original, chosen: Sequence[tuple[Place, Seam]], features: Sequence[Feature], rows: Sequence[Instance]
) -> list[Crossing]:
    """Return where requests cross the chosen seams.

    Parameters
    ----------
    original : Original
        Makes rows as the model takes them.
    chosen : sequence of (Place, Seam)
        The seams.
    features : sequence of Feature
        Of the contract.
    rows : sequence of dict
        Held-out rows; a split is crossed in one that reaches it, where there is such a row.
    """
    numbers = [feature for feature in features if feature.type in {"number", "integer"}]
    tasks: list[_Task] = []
    by_place: dict[int, list[tuple[Place, Seam]]] = {}
    for place, seam in chosen:
        by_place.setdefault(id(place), []).append((place, seam))
    for group in by_place.values():
        tasks += _tasks(original, group, numbers, rows)
    return list(_bisected(original, _bracketed(original, tasks)))


def _tasks(
    original: Original, group: Sequence[tuple[Place, Seam]], numbers: Sequence[Feature], rows: Sequence[Instance]
) -> Iterator[_Task]:
    place = group[0][0]
    inputs = _inputs(place, original, rows)
    if inputs is None:
        return
    driven = _driven(original, place, numbers, rows)
    paths: dict[int, Any] = {}
    for number, (_, seam) in enumerate(group):
        at = _row_at(seam, inputs, paths, number)
        for feature in driven.get(seam.column, ())[:1]:
            # Where the step reads the feature itself, the seam is reached wherever it is.
            low, high = _ends(feature, *([seam.value] if place.is_plain else []))
            yield _Task(place, seam, feature, rows[at], order_of(low), order_of(high))


def _inputs(place: Place, original: Original, rows: Sequence[Instance]) -> Matrix | None:
    """Return a step's input; None where it is text, or an earlier step refuses a row."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return matrix(place.route(original.rows(rows)))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - estimators of many authors raise whatever they chose
        return None


def _driven(
    original: Original, place: Place, numbers: Sequence[Feature], rows: Sequence[Instance]
) -> dict[int, list[Feature]]:
    """Return which features move which columns of a step's input, found by moving them."""
    base = rows[0]
    changes = [base | {feature.name: end} for feature in numbers for end in _ends(feature)]
    values = _inputs(place, original, [base, *changes])
    found: dict[int, list[Feature]] = {}
    if values is None:
        return found
    for at, feature in enumerate(numbers):
        first, second = values[1 + 2 * at], values[2 + 2 * at]
        for column in np.flatnonzero((first != second) & ~(np.isnan(first) & np.isnan(second))):
            found.setdefault(int(column), []).append(feature)
    return found


def _ends(feature: Feature, *known: float) -> tuple[float, float]:
    """Return between which values of a feature a seam is looked for; those that are known to be one lie inside."""
    low, high = float(feature.observed_minimum or 0.0), float(feature.observed_maximum or 0.0)
    span = _WIDER * max(high - low, abs(high) * 1e-3, 1e-9)
    least = -_LARGEST if feature.minimum is None else feature.minimum
    if feature.exclusive_minimum:
        least = float(np.nextafter(least, np.inf))
    most = _LARGEST if feature.maximum is None else feature.maximum
    below = min([low - span, *(math.nextafter(value, -math.inf) for value in known)])
    above = max([high + span, *(math.nextafter(value, math.inf) for value in known)])
    return max(below, least), min(above, most)


def _row_at(seam: Seam, inputs: Matrix, paths: dict[int, Any], number: int) -> int:
    """Return a row that reaches the node of a split; any other row where none does."""
    if seam.tree is not None:
        if id(seam.tree) not in paths:
            reads = np.clip(inputs[:, : seam.tree.n_features_in_], *_SINGLE).astype(np.float32)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of names that a tree inside an ensemble was fitted without
                paths[id(seam.tree)] = seam.tree.decision_path(reads).tocsc()
        reached = paths[id(seam.tree)][:, seam.node].indices
        if len(reached):
            return int(reached[number % len(reached)])
    return number % len(inputs)


def _sides(original: Original, tasks: Sequence[_Task], values: Sequence[float]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return for each task whether the column is above the seam when the feature has a value."""
    rows = [task.row | {task.feature.name: value} for task, value in zip(tasks, values, strict=True)]
    above = np.zeros(len(tasks), dtype=bool)
    groups: dict[int, list[int]] = {}
    for at, task in enumerate(tasks):
        groups.setdefault(id(task.place), []).append(at)
    for members in groups.values():
        given = _inputs(tasks[members[0]].place, original, [rows[at] for at in members])
        if given is None:
            continue
        seams = [tasks[at].seam for at in members]
        found = given[np.arange(len(members)), [seam.column for seam in seams]]
        with np.errstate(over="ignore"):  # beyond float32 is beyond each threshold
            # As doubles again: NumPy would round the thresholds to float32, which scikit-learn does not.
            single = found.astype(np.float32).astype(np.float64)
        read = np.where([seam.is_single for seam in seams], single, found)
        above[members] = read > [seam.value for seam in seams]
    return above


def _bracketed(original: Original, tasks: Sequence[_Task]) -> list[_Task]:
    """Return the tasks whose ends lie on both sides of the seam."""
    if not tasks:
        return []
    low = _sides(original, tasks, [double_of(task.low) for task in tasks])
    high = _sides(original, tasks, [double_of(task.high) for task in tasks])
    for task, is_above in zip(tasks, high, strict=True):
        task.rises = bool(is_above)
    return [task for task, first, second in zip(tasks, low, high, strict=True) if first != second]


def _bisected(original: Original, tasks: Sequence[_Task]) -> Iterator[Crossing]:
    for _ in range(_BISECTIONS):
        open_ones = [task for task in tasks if task.high - task.low > 1]
        if not open_ones:
            break
        middles = [(task.low + task.high) // 2 for task in open_ones]
        above = _sides(original, open_ones, [double_of(middle) for middle in middles])
        for task, middle, is_above in zip(open_ones, middles, above, strict=True):
            if bool(is_above) == task.rises:
                task.high = middle
            else:
                task.low = middle
    for task in tasks:
        name = type(task.place.step).__name__
        yield Crossing(name, task.feature.name, double_of(task.low), double_of(task.high), task.row)
