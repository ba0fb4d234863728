"""Ways between rows are narrowed to their jumps, and left where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor

from model_export.progress import Silent
from model_export.proof.hunt.jumps import PAIRS, rows_beside_jumps
from model_export.source.intake import Given, take_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sklearn.base import BaseEstimator

    from model_export.source.instances import Instance
    from model_export.source.model.original import Answered

ROWS = pd.DataFrame(np.random.default_rng(5).normal(size=(400, 2)).round(2), columns=["a", "b"])
ROUNDS = 26


def test_a_smooth_model_is_left_early_and_one_of_steps_is_narrowed_to_neighbours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = LinearRegression().fit(ROWS, ROWS["a"])
    steps = DecisionTreeRegressor(max_depth=2).fit(ROWS, ROWS["a"])
    assert _calls(line, monkeypatch) < ROUNDS * 2 / 3
    assert _calls(steps, monkeypatch) > ROUNDS
    labels = SVC(decision_function_shape="ovo").fit(ROWS, np.digitize(ROWS["a"], [-0.5, 0.5]))
    assert _calls(labels, monkeypatch) <= ROUNDS / 8
    nothing = DummyRegressor(strategy="constant", constant=0.0).fit(ROWS, ROWS["a"])
    assert _calls(nothing, monkeypatch) <= ROUNDS / 8


def test_a_way_needs_two_rows_and_a_number_that_moves() -> None:
    intake = take_in(LinearRegression().fit(ROWS, ROWS["a"]), Given(ROWS), Silent())
    features, rows = intake.subject.features, intake.held_out

    assert rows_beside_jumps(intake.original, features, rows[:1], seed=1) == []
    assert rows_beside_jumps(intake.original, [], rows, seed=1) == []
    assert len(rows_beside_jumps(intake.original, features, rows[:2], seed=1)) > 0


def test_a_step_between_two_equal_answers_is_found() -> None:
    ring = (ROWS["a"].abs() < 0.4).astype(float)
    model = DecisionTreeRegressor(max_depth=3).fit(ROWS[["a"]], ring)
    intake = take_in(model, Given(ROWS[["a"]]), Silent())
    far: list[Instance] = [{"a": -2.0}, {"a": 2.0}]
    assert intake.original.answers(far)[0] == intake.original.answers(far)[1]
    found = rows_beside_jumps(intake.original, intake.subject.features, far, seed=1)
    edges = model.tree_.threshold[model.tree_.children_left >= 0]
    values = np.array([row.instance["a"] for row in found], np.float64)
    nearest = np.abs(values[:, None] - edges).min(axis=1)
    assert (nearest < 1e-9).any()


def test_the_rows_of_a_way_are_neighbours_on_both_sides_of_its_jump() -> None:
    steps = DecisionTreeRegressor(max_depth=2).fit(ROWS, ROWS["a"])
    intake = take_in(steps, Given(ROWS), Silent())
    rows = rows_beside_jumps(intake.original, intake.subject.features, intake.held_out, seed=1)
    here = intake.original.answers([row.instance for row in rows])
    there = intake.original.answers([row.across for row in rows if row.across])
    assert len(there) == len(rows)
    differ = [first != second for first, second in zip(here, there, strict=True)]
    assert sum(differ) > len(rows) / 2
    for row, other in zip(rows, differ, strict=True):
        assert row.across is not None
        if other:
            assert row.instance["a"] == pytest.approx(row.across["a"], abs=1e-14)


def test_integers_stay_where_they_are_while_the_numbers_of_a_row_move() -> None:
    rows = ROWS.assign(n=np.arange(len(ROWS)) % 7)
    whole: dict[str, dict[str, object]] = {"n": {"type": "integer"}}
    given = Given(rows, features=whole)
    intake = take_in(DecisionTreeRegressor(max_depth=2).fit(rows, rows["a"]), given, Silent())
    found = rows_beside_jumps(intake.original, intake.subject.features, intake.held_out, seed=1)

    assert len(found) == 2 * PAIRS
    assert {type(row.instance["n"]) for row in found} == {int}
    assert any(row.instance["a"] not in {*rows["a"]} for row in found)


def _refuses_a_gap(rows: pd.DataFrame) -> pd.DataFrame:
    if rows["a"].between(-1.5, -1.25).any():
        raise ValueError("in the gap")
    return rows


def test_where_the_model_has_no_answer_is_no_jump() -> None:
    known = ROWS[["a"]][~ROWS["a"].between(-1.5, -1.25)]
    model = make_pipeline(FunctionTransformer(_refuses_a_gap), DecisionTreeRegressor(max_depth=1))
    intake = take_in(model.fit(known, known["a"] > 0.8), Given(known), Silent())
    far: list[Instance] = [{"a": -2.0}, {"a": 2.0}]
    found = rows_beside_jumps(intake.original, intake.subject.features, far, seed=1)
    values = np.array([row.instance["a"] for row in found], np.float64)

    assert np.abs(values - model[-1].tree_.threshold[0]).min() < 1e-6
    assert np.abs(values[:, None] - [-1.5, -1.25]).min() > 0.01


def _calls(model: BaseEstimator, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how often the original is asked for the rows beside its jumps."""
    intake = take_in(model, Given(ROWS), Silent())
    calls: list[int] = []
    answers = intake.original.answers

    def counted(instances: Sequence[Instance]) -> list[Answered]:
        calls.append(len(instances))
        return answers(instances)

    monkeypatch.setattr(intake.original, "answers", counted)
    rows = rows_beside_jumps(intake.original, intake.subject.features, intake.held_out, seed=1)
    assert len(rows) == 2 * PAIRS
    return len(calls)
