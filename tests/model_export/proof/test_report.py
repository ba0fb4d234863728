"""The outcome of a proof: counts by kind of row, and the sentence of a refusal."""

from __future__ import annotations

import pytest

from model_export.proof.edges import BEYOND, DRAWN, HELD_OUT
from model_export.proof.report import Difference, Group, ParityReport


def _report() -> ParityReport:
    return ParityReport(
        1e-5,
        1e-4,
        groups={
            HELD_OUT: Group(10, 0.5, 0.25, label_flips=1, ties=2, failures=3),
            "zeros": Group(4, 0.75, 0.125, label_flips=2, ties=1, failures=1),
            BEYOND: Group(2, 9.0, 7.0, label_flips=1, ties=0, failures=0),
        },
    )


def test_a_total_adds_rows_and_takes_the_largest_differences() -> None:
    # Rows far beyond the data do not count for the largest absolute difference.
    assert _report().total() == Group(16, 0.75, 7.0, label_flips=4, ties=3, failures=4)
    assert ParityReport(1e-5, 1e-4).total() == Group()


def test_a_group_is_widened_by_larger_differences_alone() -> None:
    group = Group(1, 0.5, 0.25)
    group.widen(0.25, 0.5)
    assert (group.max_abs_error, group.max_rel_error) == (0.5, 0.5)
    group.widen(0.75, 0.125)
    assert (group.max_abs_error, group.max_rel_error) == (0.75, 0.5)


@pytest.mark.parametrize(
    ("drawn", "rate"),
    [
        (None, 1.0),
        (Group(0), 1.0),
        (Group(2), 1.0),
        (Group(3), 1.0),
        (Group(4), 0.75),
        (Group(10_000), 0.0003),
        (Group(10_000, failures=1), 1.0),
    ],
)
def test_the_possible_rate_is_three_by_the_requests_drawn(drawn: Group | None, rate: float) -> None:
    report = ParityReport(1e-5, 1e-4, groups={} if drawn is None else {DRAWN: drawn})
    assert report.possible_rate == rate


def test_a_further_proof_counts_but_for_the_rows_of_the_data() -> None:
    report = _report()
    further = ParityReport(
        1e-5,
        1e-4,
        groups={
            HELD_OUT: Group(10, 8.0, 8.0, label_flips=5, ties=5),
            "batch of 2": Group(2, 8.0, 8.0, label_flips=5, ties=5),
            "zeros": Group(6, 1.5, 0.0625, label_flips=3, ties=4),
            "new": Group(7, 0.25, 0.25, label_flips=1, ties=1),
        },
    )
    report.add(further)
    assert report.groups == {
        HELD_OUT: Group(10, 0.5, 0.25, label_flips=1, ties=2, failures=3),
        "zeros": Group(10, 1.5, 0.125, label_flips=5, ties=5, failures=1),
        BEYOND: Group(2, 9.0, 7.0, label_flips=1, ties=0, failures=0),
        "new": Group(7, 0.25, 0.25, label_flips=1, ties=1),
    }


def test_a_refusal_says_how_many_how_far_and_where() -> None:
    report = _report()
    report.worst.append(Difference("a zero", "value: expected 1, got 2", {"a": 0, "b": "é"}))
    start = "The converted model differs from the original in 4 of 16 answers, by up to 9. First: a zero: "
    assert report.failure() == f"{start}value: expected 1, got 2. Nothing was written."
    report.needed, report.step = ("b",), "'scale' (StandardScaler)"
    assert report.failure() == (
        f'{start}value: expected 1, got 2 for {{"b": "é"}} in a row of the data. '
        "The first step that differs is 'scale' (StandardScaler). Nothing was written."
    )
