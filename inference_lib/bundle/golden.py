"""Golden answers: the predictions of the ORIGINAL model, and whether the served model agrees.

``golden.json`` holds ``{"format_version", "atol", "rtol", "cases": [{"note", "instance", "prediction"}]}``,
where a prediction has the form of the API's answer. Two answers agree when each number differs by
at most ``atol + rtol * |golden|`` (the rule of ``numpy.isclose``) and the labels are equal, or the label is a tie,
which rounding may break either way: the two numbers that decide it are within twice that tolerance of one another.
"""

from __future__ import annotations

import json

from inference_lib.errors import BundleError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_lib.contract.document import Json


_ONE = {"probabilities": "probability", "scores": "score", "distances": "distance"}
"""The members of a prediction that hold a number for each class, and what one of these is called."""


class GoldenCase:
    """One instance and the original model's prediction for it.

    Parameters
    ----------
    note : str
        Why the case is included, such as ``held-out row`` or ``age missing``.
    instance : dict
        Feature values by name.
    prediction : dict
        As the API answers it.
    """

    __slots__ = ("instance", "note", "prediction")

    def __init__(self, *, note: str, instance: dict[str, Json], prediction: dict[str, Json]) -> None:
        self.note = note
        self.instance = instance
        self.prediction = prediction


class Golden:
    """The golden cases of a bundle and the tolerance of its parity test.

    Parameters
    ----------
    cases : tuple of GoldenCase
        At least one.
    atol, rtol : float
        Absolute and relative tolerance.
    """

    __slots__ = ("atol", "cases", "rtol")

    def __init__(self, *, cases: tuple[GoldenCase, ...], atol: float, rtol: float) -> None:
        self.cases = cases
        self.atol = atol
        self.rtol = rtol

    def disagreement(self, case: GoldenCase, prediction: dict[str, Json]) -> str:
        """Return what differs between a prediction and the golden one; empty when they agree."""
        return self._difference(case.prediction, prediction)

    def _difference(self, golden: Mapping[str, Json], found: Mapping[str, Json], place: str = "") -> str:
        # The probability of the label is among the probabilities; in a tie that of either label is right.
        members = ((name, value) for name, value in golden.items() if name not in ("label", "probability"))
        differences = (self._member(place, name, value, found.get(name)) for name, value in members)
        difference = next(filter(None, differences), "")
        if difference or golden.get("label") == found.get("label") or self.is_tie(golden):
            return difference
        return f"{place}label: expected {golden['label']}, got {found.get('label')}"

    def _member(self, place: str, name: str, golden: Json, found: Json) -> str:
        if not isinstance(golden, dict):
            return self._number(f"{place}{name}", golden, found)
        numbers = found if isinstance(found, dict) else {}
        if golden.keys() != numbers.keys():
            what = "classes" if name in _ONE else "targets"
            return f"{place}{what}: expected {sorted(golden)}, got {sorted(numbers)}"
        for key, expected in golden.items():
            other = numbers[key]
            if isinstance(expected, dict):
                difference = self._difference(expected, other if isinstance(other, dict) else {}, f"{key}: ")
            else:
                difference = self._number(f"{place}{_ONE.get(name, 'value')} of {key}", expected, other)
            if difference:
                return difference
        return ""

    def _number(self, what: str, expected: Json, found: Json) -> str:
        if not isinstance(expected, (int, float)) or not isinstance(found, (int, float)):
            return f"{what}: expected a number, got {type(found).__name__}"
        # Written so that NaN disagrees.
        if abs(found - expected) <= self._tolerance(expected):
            return ""
        return f"{what}: expected {expected:.9g}, got {found:.9g} (atol {self.atol:g}, rtol {self.rtol:g})"

    def is_tie(self, prediction: Mapping[str, Json]) -> bool:
        """Return whether rounding may have decided the label of a prediction."""
        score = prediction.get("score")
        if isinstance(score, (int, float)):
            return abs(score) <= self._tolerance(score)
        for name in ("probabilities", "scores", "distances"):
            by_class = prediction.get(name)
            if isinstance(by_class, dict):
                numbers = sorted(number for number in by_class.values() if isinstance(number, (int, float)))
                first, second = numbers[:2] if name == "distances" else numbers[:-3:-1]
                return abs(first - second) <= 2 * self._tolerance(first)
        return False

    def _tolerance(self, number: float) -> float:
        return self.atol + self.rtol * abs(number)


def parse_first(content: bytes, source: str) -> Golden:
    """Read the first case of ``golden.json`` with the tolerance; what follows is not decoded.

    A cold start answers one case, and decoding hundreds of them takes several milliseconds.

    Raises
    ------
    BundleError
        As for ``parse_golden``.
    """
    head, opening, rest = content.partition(b'"cases": [')
    try:
        tolerance = json.loads(head + opening + b"]}")
        case, _ = json.JSONDecoder().raw_decode(rest.decode().lstrip())
        return Golden(cases=(GoldenCase(**case),), atol=float(tolerance["atol"]), rtol=float(tolerance["rtol"]))
    except (ValueError, TypeError, KeyError):
        # Another writer puts its members in another order, or the file is wrong, which this says.
        return parse_golden(content, source)


def parse_golden(content: bytes, source: str) -> Golden:
    """Read ``golden.json``.

    Raises
    ------
    BundleError
        The content is not a golden file, or holds no case.
    """
    try:
        document = json.loads(content)
        cases = tuple(GoldenCase(**case) for case in document["cases"])
        golden = Golden(cases=cases, atol=float(document["atol"]), rtol=float(document["rtol"]))
    except (ValueError, TypeError, KeyError) as error:
        raise BundleError(f"{source}: not a golden file ({error}). Export the model again.") from error
    if not cases:
        raise BundleError(f"{source}: holds no golden case. Export the model again.")
    return golden
