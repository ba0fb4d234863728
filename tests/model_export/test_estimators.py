"""Every estimator of scikit-learn is exported with proof or refused with a reason, as the page says."""

from __future__ import annotations

import pytest

from tests.model_export.estimators import KINDS, PAGE, counts, kind_of, outcome

ROWS = PAGE.read_text(encoding="utf-8").splitlines()
TABLE = [row.strip("| ").split(" | ") for row in ROWS[ROWS.index("|---|---|---|---|") + 1 :] if row]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_outcome_is_that_of_the_page(name: str) -> None:
    row = f"| {name} | {kind_of(name)} | {outcome(name)} |"
    assert row in ROWS, "docs/estimators.md is out of date: run make estimators"


def test_the_page_names_every_estimator_once_and_counts_them() -> None:
    assert [row[0] for row in TABLE] == sorted(KINDS)
    assert counts({row[0]: row[2] for row in TABLE}) in PAGE.read_text(encoding="utf-8")
