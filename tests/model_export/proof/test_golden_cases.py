"""golden.json."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest

from inference_lib.bundle.golden import parse_golden
from model_export.proof.edges import HELD_OUT, MIXED, Row
from model_export.proof.golden_cases import EDGE_CASES, PLAIN_CASES, golden_document
from model_export.proof.report import ParityReport
from model_export.source.model.original import Silence

if TYPE_CHECKING:
    from model_export import Exported
    from model_export.source.model.original import Answered, Prediction


def test_there_are_at_least_fifty_cases_with_the_edges_among_them(sleep: Exported, cancer: Exported) -> None:
    for exported in (sleep, cancer):
        content = (exported.path / "golden.json").read_bytes()
        notes = [case.note for case in parse_golden(content, "golden.json").cases]
        assert notes[0] == "held-out row", "each cold start answers the first case"
        assert notes.count("held-out row") == PLAIN_CASES
        assert len(notes) > PLAIN_CASES
    assert "every nullable feature missing" in {
        case["note"] for case in json.loads((sleep.path / "golden.json").read_bytes())["cases"]
    }


def test_few_rows_are_filled_up_and_many_edges_thinned_out() -> None:
    rows = [Row("held-out row", "held-out row", {"a": 1})]
    rows += [Row("category", f"a is {index}", {"a": index}) for index in range(EDGE_CASES + 100)]
    rows += [Row("mixed row", "mixed row", {"a": index}) for index in range(500)]
    answers: list[Prediction] = [{"value": 1.0} for _ in rows]
    cases = json.loads(golden_document(rows, answers, ParityReport(1e-5, 1e-4)))["cases"]
    assert [case["note"] for case in cases[:PLAIN_CASES]] == ["held-out row"] + ["mixed row"] * (PLAIN_CASES - 1)
    assert len(cases) == PLAIN_CASES + EDGE_CASES


def _notes(rows: list[Row], answers: list[Answered]) -> list[str]:
    content = json.loads(golden_document(rows, answers, ParityReport(0.5, 0.25)))
    assert (content["atol"], content["rtol"], content["format_version"]) == (0.5, 0.25, 2)
    return [case["note"] for case in content["cases"]]


def test_rows_that_the_original_answers_in_two_ways_are_left_out() -> None:
    notes = ("plain", "on a border", "clear")
    rows = [Row(HELD_OUT if note == "plain" else "edge", note, {"a": 1.0}) for note in notes]
    report = ParityReport(0.5, 0.25, uncertain=[rows[1].instance])
    cases = json.loads(golden_document(rows, [{"value": 1.0}] * 3, report))["cases"]
    assert [case["note"] for case in cases] == ["plain", "clear"]


def test_texts_are_written_as_they_are() -> None:
    rows = [Row(HELD_OUT, "plain", {"a": "Zürich 北京"})]
    written = golden_document(rows, [{"value": 1.0}], ParityReport(0.5, 0.25))
    assert "Zürich 北京".encode() in written
    assert written.endswith(b"}\n")


def test_a_single_row_that_is_short_is_filled_up() -> None:
    rows = [Row(HELD_OUT, "plain", {"a": index}) for index in range(PLAIN_CASES - 1)]
    rows += [Row(MIXED, "mixed", {"a": index}) for index in range(3)]
    assert _notes(rows, [{"value": 1.0}] * len(rows))[-2:] == ["plain", "mixed"]


def test_an_answer_that_is_no_number_is_never_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        golden_document([Row(HELD_OUT, "plain", {"a": 1})], [{"value": math.nan}], ParityReport(0.5, 0.25))


def test_rows_are_spread_evenly_and_in_order() -> None:
    rows = [Row(HELD_OUT, str(index), {"a": index}) for index in range(2 * PLAIN_CASES)]
    assert _notes(rows, [{"value": 1.0}] * len(rows)) == [str(2 * index) for index in range(PLAIN_CASES)]
    exactly = rows[:PLAIN_CASES]
    assert _notes(exactly, [{"value": 1.0}] * PLAIN_CASES) == [row.note for row in exactly]


def test_a_row_without_an_answer_is_no_golden_case() -> None:
    rows = [Row(HELD_OUT, "silent", {"a": 1}), Row(HELD_OUT, "plain", {"a": 2}), Row("zeros", "edge", {"a": 0})]
    answers: list[Answered] = [Silence("NaN", raises=False), {"value": 1.0}, {"value": 2.0}]
    assert _notes(rows, answers) == ["plain", "edge"]
