"""The reference profile of a bundle: which bin a value falls into, and how often each was seen at export.

A bin index is one character: a record says roughly which tenth of the reference data a value is in, and never the
value. ``profile.json`` is written by ``model_export.evaluation.reference``.
"""

from __future__ import annotations

import json

from inference_lib.contract.document import class_key
from inference_lib.errors import BundleError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Final

    from inference_lib.contract.document import Json
    from inference_lib.runtime.model import Prediction

INDEXES: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""The bins of a variable, in order; the last one takes all that follow, and values that the profile does not know."""

OTHERS: Final = len(INDEXES) - 1
"""Position of that last bin."""

MISSING: Final = "-"
"""The bin of missing values."""

CLASS, TARGETS = "class", "targets"
VALUE, PROBABILITY, SCORE, MARGIN, DISTANCE = "value", "probability", "score", "margin", "distance"
"""Parts of a prediction: the class, and the one number that is watched of each kind of prediction."""

NUMBERS = (VALUE, PROBABILITY, SCORE, MARGIN, DISTANCE)

_BOOLEANS = {"true": True, "false": False}


class Variable:
    """A feature, or a part of the prediction, with its bins.

    Parameters
    ----------
    name : str
        Of the feature; ``class`` or one of ``NUMBERS`` for the prediction, after its target if there are several.
    is_prediction : bool
        Whether it is a part of the prediction.
    counts : dict of str to float
        How often each bin was seen in the reference rows, by bin index, the bin of missing values last.
    edges : sequence of float, optional
        The k upper ends of k + 1 bins; of a text they are lengths.
    labels : tuple of str, optional
        The categories or classes, in the order of their bins.
    """

    __slots__ = ("counts", "edges", "is_prediction", "labels", "name")

    def __init__(
        self,
        name: str,
        *,
        is_prediction: bool,
        counts: dict[str, float],
        edges: Sequence[float] | None = None,
        labels: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.is_prediction = is_prediction
        self.counts = counts
        self.edges = edges
        self.labels = labels

    @property
    def is_ordered(self) -> bool:
        """Whether neighbouring bins are alike: of numbers and lengths, not of categories."""
        return self.edges is not None

    def codes(self) -> dict[Json, str]:
        """Return the bin index of each category or class."""
        return {label: INDEXES[min(at, OTHERS)] for at, label in enumerate(self.labels)}


class Profile:
    """What the data and the predictions looked like at export.

    Parameters
    ----------
    rows : int
        Number of reference rows.
    variables : tuple of Variable
        The features in the order of the contract, then the parts of the prediction: the order of the bin indexes.
    """

    __slots__ = ("rows", "variables")

    def __init__(self, rows: int, variables: tuple[Variable, ...]) -> None:
        self.rows = rows
        self.variables = variables


def parse_profile(content: bytes, place: str) -> Profile:
    """Read the content of ``profile.json``.

    Parameters
    ----------
    content : bytes
        Of the file.
    place : str
        Names the file in messages.

    Raises
    ------
    BundleError
        It is not a profile.
    """
    try:
        document = json.loads(content)
        rows = document["rows"]
        features = [
            _variable(name, described, described.get("rows", rows) * described["missing_share"])
            for name, described in document["features"].items()
        ]
        of_target = document["predictions"].get(TARGETS, {"": document["predictions"]})
        parts = [part for target, described in of_target.items() for part in _parts(target, described)]
        if not parts:
            raise KeyError("predictions")
        return Profile(rows, (*features, *parts))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise BundleError(f"{place}: is not a reference profile ({error!r}). Export the model again.") from error


def _parts(target: str, described: Mapping[str, Mapping[str, Json]]) -> list[Variable]:
    parts = [_variable(place_of(target, kind), described[kind], None) for kind in NUMBERS if kind in described]
    if "classes" in described:
        parts.append(_variable(place_of(target, CLASS), {"categories": described["classes"]}, None))  # type: ignore[dict-item] # counts
    return parts


def place_of(target: str, part: str) -> str:
    """Return the name of the variable that a part of a target's prediction is; the only target has no name."""
    return f"{target}: {part}" if target else part


def by_target(prediction: Prediction) -> dict[str, Prediction]:
    """Return the predictions of each target by its name; of a model of one target under the empty name."""
    values, predictions = prediction.get("values"), prediction.get("predictions")
    if isinstance(values, dict):
        return {target: {VALUE: value} for target, value in values.items()}
    return predictions if isinstance(predictions, dict) else {"": prediction}  # type: ignore[return-value] # predictions


def watched_number(prediction: Prediction) -> tuple[str, float] | None:
    """Return the number of one target's prediction that is watched, and which of ``NUMBERS`` it is.

    It is the value, the probability of the label, the score, the margin between the two greatest scores, or the
    distance to the nearest cluster; None for a label alone.
    """
    for kind in (VALUE, PROBABILITY, SCORE):
        if kind in prediction:
            return kind, prediction[kind]  # type: ignore[return-value] # a number
    scores, distances = prediction.get("scores"), prediction.get("distances")
    if isinstance(scores, dict):
        return MARGIN, margin(scores)  # type: ignore[arg-type] # numbers by class
    return (DISTANCE, min(distances.values())) if isinstance(distances, dict) else None  # type: ignore[type-var, return-value] # likewise


def margin(by_class: Mapping[str, float]) -> float:
    """Return the difference between the two greatest numbers; one alone is compared with zero."""
    *_, second, first = 0.0, *sorted(by_class.values())
    return first - second


def _variable(name: str, described: Mapping[str, Json], missing: float | None) -> Variable:
    edges: Sequence[float] | None = None
    labels: tuple[str, ...] = ()
    if "categories" in described:
        categories: dict[str, float] = described["categories"]  # type: ignore[assignment] # as parse_profile catches
        labels, numbers = tuple(categories), list(categories.values())
    else:
        histogram: Mapping[str, list[float]] = described.get("lengths", described)  # type: ignore[arg-type, assignment] # likewise
        edges, numbers = tuple(histogram["edges"]), histogram["counts"]
    counts: dict[str, float] = {}
    for at, number in enumerate(numbers):
        index = INDEXES[min(at, OTHERS)]
        counts[index] = counts.get(index, 0) + number
    if missing is not None:
        counts[MISSING] = round(missing)
    return Variable(name, is_prediction=missing is None, counts=counts, edges=edges, labels=labels)


class BinCoder:
    """Turns instances and predictions into bin indexes, one character for each variable.

    Parameters
    ----------
    profile : Profile
        Of the bundle.

    Attributes
    ----------
    features : list of tuple
        Name, edges and bin index by category of each feature, in the order of the contract.
    parts : dict of str to tuple
        Edges and bin index by class of each part of the prediction, by the name of its variable.
    """

    __slots__ = ("features", "parts")

    def __init__(self, profile: Profile) -> None:
        self.features = [
            (variable.name, variable.edges, _booleans(variable.codes()))
            for variable in profile.variables
            if not variable.is_prediction
        ]
        self.parts = {
            variable.name: (variable.edges, variable.codes())
            for variable in profile.variables
            if variable.is_prediction
        }

    def code(self, columns: Mapping[str, Sequence[Json]], row: int, prediction: Prediction) -> str:
        """Return the bin indexes of one instance and its prediction.

        Parameters
        ----------
        columns : mapping of str to sequence
            Values of each feature that keep to the contract; None where missing.
        row : int
            Which instance.
        prediction : dict
            Its prediction, as the API answers it.

        Returns
        -------
        str
            In the order of ``Profile.variables``.
        """
        found = ""
        for name, edges, codes in self.features:
            value = columns[name][row]
            if value is None:
                found += MISSING
            elif edges is None:
                found += codes.get(value, INDEXES[-1])
            else:
                found += _bin(edges, len(value) if isinstance(value, str) else value)  # type: ignore[arg-type] # a number, as validated
        for target, each in by_target(prediction).items():
            watched = watched_number(each)
            if watched is not None:
                edges, _ = self.parts[place_of(target, watched[0])]
                found += _bin(edges or (), watched[1])
            if "label" in each:
                _, codes = self.parts[place_of(target, CLASS)]
                found += codes.get(class_key(each["label"]), INDEXES[-1])  # type: ignore[arg-type] # a label
        return found


def _booleans(codes: dict[Json, str]) -> dict[Json, str]:
    """Add the values of a boolean feature, which a profile can only name as text."""
    return {**codes, **{value: codes[text] for text, value in _BOOLEANS.items() if text in codes}}


def _bin(edges: Sequence[float], value: float) -> str:
    """Return the index of the bin that a value is in: the number of edges below it."""
    low, high = 0, len(edges)
    while low < high:
        middle = (low + high) // 2
        if edges[middle] < value:
            low = middle + 1
        else:
            high = middle
    return INDEXES[low]
