"""Every estimator of scikit-learn is exported with proof or refused with a reason, as the page says."""

from __future__ import annotations

import pytest

from tests.model_export.estimators import KINDS, PAGE, counts, kind_of, outcome, settings_section
from tests.model_export.sweep.outcomes import added, table

ROWS = PAGE.read_text(encoding="utf-8").splitlines()
_FIRST = ROWS.index("|---|---|---|---|") + 1
TABLE = [row.strip("| ").split(" | ") for row in ROWS[_FIRST : ROWS.index("", _FIRST)]]


@pytest.fixture(scope="module", autouse=True)
def fewer_requests() -> None:
    """All of the drawn requests, as for the page."""


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_outcome_is_that_of_the_page(name: str) -> None:
    row = f"| {name} | {kind_of(name)} | {outcome(name)} |"
    assert row in ROWS, "docs/estimators.md is out of date: run make estimators"


def test_the_page_names_every_estimator_once_and_counts_them() -> None:
    assert [row[0] for row in TABLE] == sorted(KINDS)
    assert counts({row[0]: row[2] for row in TABLE}) in PAGE.read_text(encoding="utf-8")


def test_the_page_has_what_the_committed_sweeps_found() -> None:
    assert PAGE.read_text(encoding="utf-8").endswith(settings_section())


def test_sweeps_are_added_up_and_none_counts_twice() -> None:
    one = {"seed": 1, "estimators": {"B": {"counts": {"equal": 2, "unfit": 9}, "reasons": {}}}}
    two = {"seed": 2, "estimators": {"B": {"counts": {"refused": 1}, "reasons": {"a | b": 1}}}}
    document = added([one, two])
    assert document["seeds"] == [1, 2]
    assert table(document).endswith("| B | 3 | 2 | 1 | a \\| b |")
    with pytest.raises(ValueError, match="two sweeps have the seed 1"):
        added([one, one])
