"""Where model and graph differ only far beyond the data, the contract ends before that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsRegressor

from inference_lib.bundle.loading import load_bundle
from inference_lib.contract.columns import Quality
from inference_lib.errors import InvalidRequest
from model_export import export
from model_export.proof.compare import compare
from model_export.proof.edges import Row
from model_export.proof.hunt.jumps import JUMP
from model_export.proof.narrowing import narrower_limit
from model_export.proof.report import ParityReport

if TYPE_CHECKING:
    from pathlib import Path

    from model_export.source.instances import Instance


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
    [(9e15, 5.0, 1e15), (2e9, 5.0, 1e9), (9e15, 1e13, None), (4.0, 5.0, None), (1e15, 5.0, 1e12)],
)
def test_the_limit_leaves_out_all_that_differs_and_keeps_a_thousand_times_the_data(
    nearest: float, largest: float, limit: float | None
) -> None:
    report = ParityReport(1e-5, 1e-4, nearest=nearest)
    assert narrower_limit(report, [{"a": largest, "b": "text"}, {"a": None, "b": None}]) == limit


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
    assert (report.failures, report.nearest) == (1, 1.0)
