"""Where model and graph differ only far beyond the data, the contract ends before that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from inference_lib.bundle.loading import load_bundle
from inference_lib.contract.columns import Quality
from inference_lib.contract.document import Feature
from inference_lib.errors import InvalidRequest
from model_export import export
from model_export.proof.compare import compare
from model_export.proof.edges import HELD_OUT, Row
from model_export.proof.hunt.jumps import JUMP
from model_export.proof.narrowing import narrow, narrower_limit, narrower_limits
from model_export.proof.report import ParityReport
from model_export.source.subject import Subject

if TYPE_CHECKING:
    from pathlib import Path

    from model_export.source.instances import Instance
    from model_export.source.model.original import Answered


def test_neighbours_are_exact_up_to_where_all_distances_are_equal(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    table = pd.DataFrame(generator.uniform(0, 5, (120, 3)).round(3), columns=list("abc"))
    model = KNeighborsRegressor().fit(table, generator.normal(size=120))
    exported = export(model, table, name="near", out=tmp_path)
    assert exported.parity.failures == 0
    (packed,) = exported.contract.inputs
    assert packed.limit == 1e12
    validator = load_bundle(str(exported.path), max_instances=1).validator
    validator.validate([{"a": 1e12, "b": 1.0, "c": 1.0}], Quality())
    with pytest.raises(InvalidRequest):
        validator.validate([{"a": 2e12, "b": 1.0, "c": 1.0}], Quality())


@pytest.mark.parametrize(
    ("nearest", "largest", "limit"),
    [
        (9e15, 5.0, 1e15),
        (2e9, 5.0, 1e9),
        (2e9, 1e6, 1e9),
        (2e9, 1.001e6, None),
        (9e15, 1e13, None),
        (4.0, 5.0, None),
        (1e15, 5.0, 1e12),
    ],
)
def test_the_limit_leaves_out_all_that_differs_and_keeps_a_thousand_times_the_data(
    nearest: float, largest: float, limit: float | None
) -> None:
    outside: list[Instance] = [{"a": 1.0, "b": -nearest}, {"a": 2 * nearest, "b": None}]
    assert narrower_limit(outside, [{"a": largest, "b": "text"}, {"a": None, "b": None}]) == limit


@pytest.mark.parametrize(
    ("outside", "limits"),
    [
        ([{"few": 1e9, "many": 2e5}], {"few": 1e8}),
        ([{"few": -1e9, "many": None}], {"few": 1e8}),
        ([{"few": 2e12, "many": 2e5}, {"few": 5.0, "many": 1e15}], {"few": 1e12, "many": 1e12}),
        # A row that is far in one feature says which one it is; one that is far in all is left out with it.
        ([{"few": 1e13, "many": 1e13}, {"few": 1e9, "many": 0.0}], {"few": 1e8}),
        ([{"few": 1e13, "many": 1e9}], {"few": 1e12}),
        # Both could end; few is farther from its data.
        ([{"few": 1e13, "many": 2e12}], {"few": 1e12}),
        # A limit is a number that the contract takes, so that it leaves no such row out.
        ([{"few": 1e9, "many": 0.0}, {"few": 1e8, "many": 1e13}], {"few": 1e8, "many": 1e12}),
        ([{"few": 1e9, "many": 0.0}, {"few": 9.0, "many": 2e5}], None),
        ([{"few": 1e6, "many": 0.0}], None),
        ([{"few": True, "many": 3e5}], None),
    ],
)
def test_the_feature_that_is_far_is_limited_alone(outside: list[Instance], limits: dict[str, float] | None) -> None:
    held_out: list[Instance] = [{"few": 9.0, "many": -2e5}, {"few": None, "many": 0.5}]
    assert narrower_limits(outside, held_out) == limits


@pytest.mark.parametrize("limit", [1e15, 1e12, 1e9, 1e8, 1e7, 1e6])
def test_a_feature_ends_at_the_largest_limit_before_the_row(limit: float) -> None:
    assert narrower_limits([{"few": 2 * limit}], [{"few": 9.0}]) == {"few": limit}


def test_neighbours_among_features_of_unlike_size_are_exact_up_to_a_limit_of_each(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    table = pd.DataFrame({"visits": generator.integers(0, 9, 200) * 1.0, "income": generator.lognormal(10, 1, 200)})
    model = make_pipeline(StandardScaler(), KNeighborsClassifier()).fit(table, generator.integers(0, 2, 200))
    exported = export(model, table.round(2), name="near", out=tmp_path)

    visits, income = exported.contract.features
    limit = visits.maximum or 0.0
    assert (exported.parity.failures, visits.minimum, type(limit)) == (0, -limit, float)
    assert 1e6 <= limit < 1e9
    assert income.maximum is None or income.maximum >= 1000 * table["income"].max()
    validator = load_bundle(str(exported.path), max_instances=1).validator
    validator.validate([{"visits": limit, "income": 2e8}], Quality())
    with pytest.raises(InvalidRequest):
        validator.validate([{"visits": 2 * limit, "income": 2e8}], Quality())


@pytest.mark.parametrize(
    ("minimum", "maximum", "ends"), [(None, None, (-1e8, 1e8)), (0.0, None, (0.0, 1e8)), (-5.0, 7.0, (-5.0, 7.0))]
)
def test_ends_that_the_contract_has_already_stay(
    minimum: float | None, maximum: float | None, ends: tuple[float, float]
) -> None:
    few = Feature(name="few", type="integer", nullable=False, minimum=minimum, maximum=maximum)
    many = Feature(name="many", type="number", nullable=False)
    subject = Subject(KNeighborsRegressor(), [few, many], ["few", "many"])
    told = narrow(subject, [{"few": 10**9, "many": 1.0}], [{"few": 3, "many": 2e5}])

    assert told.startswith("numbers of few beyond 1e+08 are refused: ")
    assert ((few.minimum, few.maximum), (many.maximum, subject.limit)) == (ends, (None, None))
    assert minimum is not None or type(few.minimum) is int


def test_a_limit_of_all_numbers_is_an_end_of_features_that_have_one_beyond_it() -> None:
    few = Feature(name="few", type="number", nullable=False, minimum=-1e15, maximum=1e15)
    many = Feature(name="many", type="number", nullable=False, minimum=0.0, maximum=5.0)
    plain = Feature(name="plain", type="number", nullable=False)
    subject = Subject(KNeighborsRegressor(), [few, many, plain], ["few", "many", "plain"])

    outside: list[Instance] = [{"few": 1e15, "many": 1.0, "plain": 1.0}]
    told = narrow(subject, outside, [{"few": 3.0, "many": 2.0, "plain": 1.0}])
    assert told.startswith("numbers beyond 1e+12 are refused")
    assert (subject.limit, plain.minimum, plain.maximum) == (1e12, None, None)
    assert (few.minimum, few.maximum, many.minimum, many.maximum) == (-1e12, 1e12, 0.0, 5.0)


@pytest.mark.parametrize(
    ("largest", "limit"), [(1e5, 1e8), (9.9e6, 1e8), (1.01e7, None)], ids=["far", "ten times", "nearer"]
)
def test_ten_times_the_data_of_a_feature_are_taken_at_least(largest: float, limit: float | None) -> None:
    few, many = (Feature(name=name, type="number", nullable=False) for name in ("few", "many"))
    subject = Subject(KNeighborsRegressor(), [few, many], ["few", "many"])
    held_out: list[Instance] = [{"few": 3.0, "many": -largest}, {"few": 1.0, "many": 1.0}]

    told = narrow(subject, [{"few": 1.0, "many": -3e8}, {"few": 1e9, "many": 1.0}], held_out)
    assert bool(told) == (limit is not None)
    assert (few.maximum, many.maximum, subject.limit) == (limit, limit, None)


def test_nothing_is_narrowed_where_no_row_by_itself_differs() -> None:
    few = Feature(name="few", type="number", nullable=False)
    assert narrow(Subject(KNeighborsRegressor(), [few], ["few"]), [], [{"few": 3.0}]) == ""


def _compared(found: float, across: float | None) -> ParityReport:
    here: Instance = {"a": 1.0}
    there: Instance = {"a": 1.0000000000000002}
    rows = [Row(JUMP, JUMP, here, None if across is None else there), Row(JUMP, JUMP, there, here)]
    report = ParityReport(1e-5, 1e-4)
    compare(report, rows, [{"value": 0.0}, {"value": across or 9.0}], [{"value": found}, {"value": across or 9.0}])
    return report


def test_an_answer_that_the_original_gives_one_double_away_is_a_tie() -> None:
    group = _compared(found=5.0, across=5.0).groups[JUMP]
    assert (group.rows, group.ties, group.failures, group.max_abs_error) == (2, 1, 0, 0.0)


def test_an_answer_that_the_original_gives_on_neither_side_differs() -> None:
    assert _compared(found=4.0, across=5.0).failures == 1


def test_a_row_that_lies_beside_nothing_has_no_other_side() -> None:
    report = _compared(found=5.0, across=None)
    assert (report.failures, report.outside) == (1, [{"a": 1.0}])


def test_an_answer_that_the_original_gives_to_the_row_alone_is_a_tie() -> None:
    rows = [Row(HELD_OUT, HELD_OUT, {"a": float(at)}) for at in range(4)]
    asked: list[Row] = []

    def alone(row: Row) -> list[Answered]:
        asked.append(row)
        return [{"value": row.instance["a"]}] if row is rows[2] else []

    report = ParityReport(1e-5, 1e-4)
    expected: list[Answered] = [{"value": 0.0}, {"value": 9.0}, {"value": 9.0}, {"value": 3.0}]
    compare(report, rows, expected, [{"value": float(at)} for at in range(4)], alone=alone)

    assert asked == rows[1:3], "only where they differ"
    group = report.groups[HELD_OUT]
    assert (group.ties, group.failures, group.max_abs_error) == (1, 1, 8.0)
    assert (report.uncertain, report.outside) == ([rows[2].instance], [rows[1].instance])
