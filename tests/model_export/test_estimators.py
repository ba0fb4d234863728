"""Every estimator of scikit-learn is exported with proof or refused with a reason, as the page says."""

from __future__ import annotations

import pytest

from tests.model_export.estimators import KINDS, PAGE, is_classifier, outcome

ROWS = PAGE.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_outcome_is_that_of_the_page(name: str) -> None:
    kind = "classifier" if is_classifier(name) else "regressor"
    assert f"| {name} | {kind} | {outcome(name)} |" in ROWS, "docs/estimators.md is out of date: run make estimators"


def test_the_page_names_every_estimator_once_and_counts_them() -> None:
    table = [row.split(" | ") for row in ROWS if row.startswith("| ") and not row.startswith("| estimator")]
    assert [row[0].removeprefix("| ") for row in table] == sorted(KINDS)
    exported = sum(row[2].startswith("exported") for row in table)
    counts = f"Of {len(table)}, {exported} are exported and {len(table) - exported} refused"
    assert any(counts in row for row in ROWS)
