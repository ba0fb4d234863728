"""Answers compared: what is within the tolerance, what is counted, and what is kept."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from model_export.proof.compare import compare, magnitude, numbers_of
from model_export.proof.edges import BEYOND, Row
from model_export.proof.report import WORST, Difference, Group, ParityReport
from model_export.source.model.original import Silence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model_export.source.instances import Instance
    from model_export.source.model.original import Answered

_SILENT = Silence("NaN", raises=False)


def _report(
    expected: Sequence[Answered], found: Sequence[Answered], *, atol: float = 0.25, rtol: float = 0.0, most: int = WORST
) -> ParityReport:
    report = ParityReport(atol, rtol, most=most)
    rows = [Row("kind", f"row {at}", {"a": float(at + 1)}) for at in range(len(expected))]
    compare(report, rows, expected, found)
    return report


def _classes(label: str, *numbers: float) -> Answered:
    by_class = dict(zip("abc", numbers, strict=False))
    return {"label": label, "probability": max(numbers), "probabilities": by_class}  # type: ignore[dict-item] # numbers


@pytest.mark.parametrize(
    ("expected", "found", "rtol", "agrees"),
    [
        (1.0, 1.0, 0.0, True),
        (1.0, 1.25, 0.0, True),
        (1.0, 0.75, 0.0, True),
        (1.0, 1.25001, 0.0, False),
        (1.0, 0.74999, 0.0, False),
        (8.0, 10.25, 0.25, True),
        (-8.0, -10.25, 0.25, True),
        (8.0, 10.26, 0.25, False),
        (1.0, math.nan, 0.0, False),
        (math.inf, 1.0, 0.0, False),
        (1e308, -1e308, 0.0, False),
    ],
)
def test_a_value_agrees_up_to_the_tolerance(expected: float, found: float, rtol: float, agrees: bool) -> None:
    report = _report([{"value": 3.0}, {"value": expected}], [{"value": 3.0}, {"value": found}], rtol=rtol)
    assert (report.rows, report.failures) == (2, 0 if agrees else 1)
    assert [(each.note, each.instance) for each in report.worst] == ([] if agrees else [("row 1", {"a": 2.0})])
    assert report.outside == ([] if agrees else [{"a": 2.0}])
    assert report.groups["kind"].ties == 0


def test_every_number_of_an_answer_is_compared() -> None:
    report = _report([_classes("a", 5.0, 1.0, 0.0)], [_classes("a", 5.0, 1.0, 0.5)])
    assert report.failures == 1
    assert report.worst[0].said == "probability of c: expected 0, got 0.5 (atol 0.25, rtol 0)"
    assert report.max_abs_error == 0.5


def test_the_largest_differences_are_kept_by_kind_of_row() -> None:
    report = _report(
        [{"value": 2.0}, {"value": 1e-9}, {"value": 4.0}], [{"value": 2.125}, {"value": 3e-9}, {"value": 4.0}]
    )
    assert (report.groups["kind"].rows, report.failures) == (3, 0)
    assert report.max_abs_error == 0.125
    # Of a number next to zero the relative difference is that of a millionth.
    assert report.groups["kind"].max_rel_error == 0.0625
    small = _report([{"value": 1e-9}], [{"value": 3e-9}])
    assert small.groups["kind"].max_rel_error == pytest.approx(0.002)
    assert _report([{"value": 1e-6}], [{"value": 2e-6}]).groups["kind"].max_rel_error == pytest.approx(1)


@pytest.mark.parametrize(
    ("expected", "found", "counted"),
    [
        (_classes("a", 5.0, 1.0), _classes("b", 5.0, 1.0), Group(1, 0.0, 0.0, label_flips=1, ties=0, failures=1)),
        (_classes("a", 5.0, 4.5), _classes("b", 5.0, 4.5), Group(1, 0.0, 0.0, label_flips=1, ties=1, failures=0)),
        (_classes("a", 5.0, 4.5), _classes("a", 5.0, 4.5), Group(1)),
        ({"label": "a"}, {"label": "b"}, Group(1, 0.0, 0.0, label_flips=1, ties=0, failures=1)),
        ({"label": "a"}, {"label": "a"}, Group(1)),
    ],
)
def test_a_label_may_flip_in_a_tie_alone(expected: Answered, found: Answered, counted: Group) -> None:
    assert _report([expected], [found]).groups == {"kind": counted}


def test_no_answer_agrees_with_no_answer_alone() -> None:
    value: Answered = {"value": 1.0}
    report = _report([_SILENT, _SILENT, value, value], [_SILENT, value, _SILENT, value])
    assert (report.failures, report.label_flips) == (2, 0)
    assert [each.said for each in report.worst] == [
        "expected no answer (NaN), got {'value': 1.0}",
        "expected {'value': 1.0}, got no answer (NaN)",
    ]
    assert _report([_SILENT], [_SILENT]).groups == {"kind": Group(1)}


def test_the_first_differences_are_kept_and_all_are_counted() -> None:
    expected: list[Answered] = [{"value": 0.0}] * 9
    found: list[Answered] = [{"value": 1.0}] * 9
    assert [each.note for each in _report(expected, found).worst] == [f"row {at}" for at in range(5)]
    report = _report(expected, found, most=7)
    assert (len(report.worst), report.failures, len(report.outside)) == (7, 9, 9)


def test_a_row_near_the_data_is_told_before_those_far_beyond() -> None:
    rows = [Row(BEYOND, "far", {"a": 1e9}), Row("edge", "near", {"a": 1.0}), Row(BEYOND, "farther", {"a": 1e12})]
    report = ParityReport(0.25, 0.0, most=2)
    compare(report, rows, [{"value": 0.0}] * 3, [{"value": 1.0}] * 3)
    assert [each.note for each in report.worst] == ["near", "far"]
    assert len(report.outside) == 3


def test_answers_become_numbers_with_a_row_for_each() -> None:
    answers: list[Answered] = [_SILENT, _classes("a", 0.75, 0.25)]
    width = numbers_of([answers[1]]).shape[1]
    found = numbers_of(answers)
    assert found.shape == (2, width)
    assert np.isnan(found[0]).all()
    assert {0.75, 0.25} <= {*found[1].tolist()}
    assert numbers_of([{"label": "a"}, _SILENT])[0].tolist() == [0.0]
    assert np.isnan(numbers_of([_SILENT])).tolist() == [[True]]


@pytest.mark.parametrize(
    ("instance", "size"),
    [({"a": -3.0, "b": 2}, 3.0), ({"a": "text", "b": None}, 0.0), ({}, 0.0), ({"a": 0.5, "b": "9"}, 0.5)],
)
def test_the_magnitude_of_a_request_is_that_of_its_largest_number(instance: Instance, size: float) -> None:
    assert magnitude(instance) == size


def test_differences_hold_what_was_sent() -> None:
    (difference,) = _report([{"value": 0.0}], [{"value": 1.0}]).worst
    assert difference == Difference("row 0", "value: expected 0, got 1 (atol 0.25, rtol 0)", {"a": 1.0})
