"""Golden answers: when two predictions agree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from inference_lib.bundle.golden import Golden, GoldenCase, parse_first, parse_golden
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


@pytest.mark.parametrize(
    ("golden", "found", "agrees"),
    [
        # Twice the tolerance of 0.25 is the widest tie.
        ({"label": "a", "scores": {"a": 3.0, "b": 2.5, "c": -9.0}}, "b", True),
        ({"label": "a", "scores": {"a": 3.0, "b": 2.4375, "c": -9.0}}, "b", False),
        ({"label": "a", "probabilities": {"a": 0.75, "b": 0.25, "c": 0.0}}, "b", True),
        ({"label": "a", "probabilities": {"a": 0.8125, "b": 0.25, "c": 0.25}}, "b", False),
        # The two nearest clusters decide.
        ({"label": 0, "distances": {"0": 1.0, "1": 1.5, "2": 9.0}}, 1, True),
        ({"label": 0, "distances": {"0": 1.0, "1": 1.5625, "2": 1.5625}}, 1, False),
        ({"label": 0, "distances": {"0": 1.0, "1": 8.75, "2": 9.0}}, 1, False),
        # A score decides by its sign.
        ({"label": "inlier", "score": 0.25}, "outlier", True),
        ({"label": "inlier", "score": -0.25}, "outlier", True),
        ({"label": "inlier", "score": 0.3125}, "outlier", False),
        ({"label": "a"}, "b", False),
        ({"label": "a"}, "a", True),
    ],
)
def test_a_label_may_differ_only_where_rounding_decides_it(golden: dict[str, Json], found: Json, agrees: bool) -> None:
    case = GoldenCase(note="row", instance={}, prediction=golden)
    said = Golden(cases=(case,), atol=0.25, rtol=0.0).disagreement(case, {**golden, "label": found})
    assert said == ("" if agrees else f"label: expected {golden['label']}, got {found}")


def test_the_tolerance_of_a_tie_grows_with_its_numbers() -> None:
    case = GoldenCase(note="row", instance={}, prediction={"label": "a", "scores": {"a": -1000.0, "b": -1001.0}})
    for rtol, agrees in ((0.0005, True), (0.00049, False)):
        said = Golden(cases=(case,), atol=0.0, rtol=rtol).disagreement(case, {**case.prediction, "label": "b"})
        assert (said == "") == agrees


@pytest.mark.parametrize(
    ("found", "agrees"), [(2.0, True), (2.25, True), (1.75, True), (2.2501, False), (1.7499, False)]
)
def test_a_number_agrees_up_to_its_tolerance(found: float, agrees: bool) -> None:
    for sign in (1, -1):
        case = GoldenCase(note="row", instance={}, prediction={"value": sign * 2.0})
        golden = Golden(cases=(case,), atol=0.05, rtol=0.1)
        assert (golden.disagreement(case, {"value": sign * found}) == "") == agrees


def test_each_target_is_compared_by_its_name() -> None:
    values, case = _golden({"values": {"a": 1.0, "b": 2.0}})
    assert values.disagreement(case, {"values": {"a": 1.0, "b": 2.0}}) == ""
    assert values.disagreement(case, {"values": {"a": 1.0, "b": 3.0}}).startswith("value of b: expected 2, got 3 ")
    assert values.disagreement(case, {"values": {"a": 1.0}}) == "targets: expected ['a', 'b'], got ['a']"
    labels, case = _golden({"predictions": {"a": _classes("a", 0.7, 0.3), "b": _classes("b", 0.3, 0.7)}})
    found: dict[str, Json] = {"a": _classes("a", 0.7, 0.3), "b": _classes("b", 0.2, 0.8)}
    assert labels.disagreement(case, case.prediction) == ""
    assert labels.disagreement(case, {"predictions": found}).startswith("b: probability of a: expected 0.3, got 0.2 ")
    turned: dict[str, Json] = {"a": _classes("b", 0.7, 0.3), "b": _classes("b", 0.3, 0.7)}
    assert labels.disagreement(case, {"predictions": turned}) == "a: label: expected a, got b"
    assert labels.disagreement(case, {"predictions": {"a": 1, "b": 2}}) == "a: classes: expected ['a', 'b'], got []"


def test_scores_and_distances_are_named() -> None:
    for name, one in (("scores", "score"), ("distances", "distance")):
        golden, case = _golden({"label": "a", name: {"a": 1.0, "b": 5.0}})
        found: dict[str, Json] = {"label": "a", name: {"a": 1.0, "b": 4.0}}
        assert golden.disagreement(case, found).startswith(f"{one} of b: expected 5, got 4 ")
        assert golden.disagreement(case, {"label": "a", name: {"a": 1.0}}).startswith("classes: ")


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
    for parse in (parse_golden, parse_first):
        with pytest.raises(BundleError, match=r"^golden\.json: .*Export the model again\.$"):
            parse(content, "golden.json")


_CASES: Json = [{"note": "n", "instance": {"x": 1}, "prediction": {"value": at}} for at in (2, 3)]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"atol": 1e-5, "rtol": 0.25, "cases": _CASES}),
        json.dumps({"format_version": 2, "atol": 1e-5, "rtol": 0.25, "cases": _CASES}, indent=1),
        json.dumps({"cases": _CASES, "rtol": 0.25, "atol": 1e-5}),
        json.dumps({"atol": 1e-5, "rtol": 0.25, "cases": _CASES}, separators=(",", ":")),
    ],
    ids=["plain", "indented", "in another order", "without spaces"],
)
def test_a_golden_file_is_read_whole_or_its_first_case_alone(content: str) -> None:
    whole, first = (parse(content.encode(), "golden.json") for parse in (parse_golden, parse_first))
    assert [case.prediction for case in whole.cases] == [{"value": 2}, {"value": 3}]
    for golden in (whole, first):
        assert (golden.atol, golden.rtol) == (1e-5, 0.25)
        case = golden.cases[0]
        assert (case.instance, case.note, case.prediction) == ({"x": 1}, "n", {"value": 2})


def test_what_follows_the_first_case_is_not_decoded() -> None:
    content = json.dumps({"atol": 1e-5, "rtol": 0.25, "cases": _CASES}).encode()
    assert len(parse_first(content, "golden.json").cases) == 1
    assert len(parse_first(content[:-20], "golden.json").cases) == 1
