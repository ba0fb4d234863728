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

PROBABILITY, CLASS, VALUE = "probability", "class", "value"
"""Parts of a prediction: the first two of a classifier, the last of a regressor."""

_BOOLEANS = {"true": True, "false": False}


class Variable:
    """A feature, or a part of the prediction, with its bins.

    Parameters
    ----------
    name : str
        Of the feature; ``probability``, ``class`` or ``value`` of the prediction.
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
        predictions = document["predictions"]
        if VALUE in predictions:
            parts = [_variable(VALUE, predictions[VALUE], None)]
        else:
            parts = [
                _variable(PROBABILITY, predictions[PROBABILITY], None),
                _variable(CLASS, {"categories": predictions["classes"]}, None),
            ]
        return Profile(rows, (*features, *parts))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise BundleError(f"{place}: is not a reference profile ({error!r}). Export the model again.") from error


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
    """

    __slots__ = ("_classes", "_features", "_is_regression", "_prediction_edges")

    def __init__(self, profile: Profile) -> None:
        self._features = [
            (variable.name, variable.edges, _booleans(variable.codes()))
            for variable in profile.variables
            if not variable.is_prediction
        ]
        parts = {variable.name: variable for variable in profile.variables if variable.is_prediction}
        self._is_regression = VALUE in parts
        self._prediction_edges = parts[VALUE if self._is_regression else PROBABILITY].edges or ()
        self._classes = parts[CLASS].codes() if CLASS in parts else {}

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
        for name, edges, codes in self._features:
            value = columns[name][row]
            if value is None:
                found += MISSING
            elif edges is None:
                found += codes.get(value, INDEXES[-1])
            else:
                found += _bin(edges, len(value) if isinstance(value, str) else value)  # type: ignore[arg-type] # a number, as validated
        if self._is_regression:
            return found + _bin(self._prediction_edges, prediction["value"])  # type: ignore[arg-type] # a number
        found += _bin(self._prediction_edges, prediction["probability"])  # type: ignore[arg-type] # a number
        return found + self._classes.get(class_key(prediction["label"]), INDEXES[-1])  # type: ignore[arg-type] # a label


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
