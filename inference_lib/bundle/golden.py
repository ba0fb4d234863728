"""Golden answers: the predictions of the ORIGINAL model, and whether the served model agrees.

``golden.json`` holds ``{"format_version", "atol", "rtol", "cases": [{"note", "instance", "prediction"}]}``,
where a prediction has the form of the API's answer. Two answers agree when each number differs by
at most ``atol + rtol * |golden|`` (the rule of ``numpy.isclose``) and the labels are equal, or the
two highest golden probabilities are within twice that tolerance of one another: then the label is a tie, which
rounding may break either way.
"""

from __future__ import annotations

import json

from inference_lib.errors import BundleError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from inference_lib.contract.document import Json


class GoldenCase:
    """One instance and the original model's prediction for it.

    Parameters
    ----------
    note : str
        Why the case is included, such as ``held-out row`` or ``age missing``.
    instance : dict
        Feature values by name.
    prediction : dict
        ``label``, ``probability`` and ``probabilities``, or ``value``.
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
        if "value" in case.prediction:
            return self._number("value", case.prediction.get("value"), prediction.get("value"))
        golden = _numbers(case.prediction.get("probabilities"))
        found = _numbers(prediction.get("probabilities"))
        if set(golden) != set(found):
            return f"classes: expected {sorted(golden)}, got {sorted(found)}"
        for name, expected in golden.items():
            difference = self._number(f"probability of {name}", expected, found[name])
            if difference:
                return difference
        if case.prediction["label"] != prediction.get("label") and not self._is_tie(golden):
            return f"label: expected {case.prediction['label']}, got {prediction.get('label')}"
        return ""

    def _number(self, what: str, expected: Json, found: Json) -> str:
        if not isinstance(expected, (int, float)) or not isinstance(found, (int, float)):
            return f"{what}: expected a number, got {type(found).__name__}"
        # Written so that NaN disagrees.
        if abs(found - expected) <= self.atol + self.rtol * abs(expected):
            return ""
        return f"{what}: expected {expected:.9g}, got {found:.9g} (atol {self.atol:g}, rtol {self.rtol:g})"

    def _is_tie(self, probabilities: dict[str, float]) -> bool:
        first, second = sorted(probabilities.values(), reverse=True)[:2]
        return first - second <= 2 * (self.atol + self.rtol * first)


def _numbers(value: Json) -> dict[str, float]:
    if not isinstance(value, dict):
        return {}
    return {name: number for name, number in value.items() if isinstance(number, (int, float))}


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
