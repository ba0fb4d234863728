"""Golden answers: when two predictions agree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from inference_lib.bundle.golden import Golden, GoldenCase, parse_golden
from inference_lib.errors import BundleError

if TYPE_CHECKING:
    from inference_lib.contract.document import Json


def _golden(prediction: dict[str, Json]) -> tuple[Golden, GoldenCase]:
    case = GoldenCase(note="row", instance={}, prediction=prediction)
    return Golden(cases=(case,), atol=1e-5, rtol=0.0), case


def _classes(label: str, a: float, b: float) -> dict[str, Json]:
    return {"label": label, "probability": max(a, b), "probabilities": {"a": a, "b": b}}


def test_equal_answers_agree_and_small_differences_are_tolerated() -> None:
    golden, case = _golden(_classes("a", 0.7, 0.3))
    assert golden.disagreement(case, _classes("a", 0.700009, 0.299991)) == ""


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (_classes("a", 0.6, 0.4), "probability of a: expected 0.7, got 0.6 (atol 1e-05, rtol 0)"),
        (_classes("b", 0.7, 0.3), "label: expected a, got b"),
        (_classes("a", float("nan"), 0.3), "probability of a: expected 0.7, got nan (atol 1e-05, rtol 0)"),
        ({"label": "a", "probabilities": {"a": 1.0}}, "classes: expected ['a', 'b'], got ['a']"),
        ({}, "classes: expected ['a', 'b'], got []"),
    ],
)
def test_differences_are_reported(found: dict[str, Json], message: str) -> None:
    golden, case = _golden(_classes("a", 0.7, 0.3))
    assert golden.disagreement(case, found) == message


def test_a_tie_may_break_either_way() -> None:
    golden, case = _golden(_classes("a", 0.500004, 0.499996))
    assert golden.disagreement(case, _classes("b", 0.499999, 0.500001)) == ""


def test_values_are_compared_by_the_rule_of_numpy_isclose() -> None:
    case = GoldenCase(note="row", instance={}, prediction={"value": 1000.0})
    golden = Golden(cases=(case,), atol=0.0, rtol=1e-3)
    assert golden.disagreement(case, {"value": 1000.9}) == ""
    assert golden.disagreement(case, {"value": 1001.1}).startswith("value: expected 1000, got 1001.1")
    assert golden.disagreement(case, {}) == "value: expected a number, got NoneType"


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"atol": 1, "rtol": 1, "cases": []}', b'{"atol": 1, "rtol": 1, "cases": [{"no": 1}]}']
)
def test_a_file_that_holds_no_golden_case_is_refused(content: bytes) -> None:
    with pytest.raises(BundleError, match=r"^golden\.json: .*Export the model again\.$"):
        parse_golden(content, "golden.json")


def test_a_golden_file_is_read() -> None:
    content = {"atol": 1e-5, "rtol": 0, "cases": [{"note": "n", "instance": {"x": 1}, "prediction": {"value": 2}}]}
    golden = parse_golden(json.dumps(content).encode(), "golden.json")
    assert (golden.atol, golden.cases[0].instance, golden.cases[0].note) == (1e-5, {"x": 1}, "n")
