from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from local_stack.costs import Item, Usage, bill, warm_seconds
from local_stack.costs_page import STACKS, USUAL, costs_page
from local_stack.declared import PROJECT_DIRECTORY, declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared import Declared


@pytest.fixture(scope="module")
def stacks(bundle_path: Path) -> dict[str, Declared]:
    """Each environment with its own settings."""
    return {stack: declare(stack, bundle=bundle_path) for stack in STACKS}


def rows(declared: Declared, usage: Usage = USUAL) -> dict[str, Item]:
    return {item.name: item for item in bill(declared, usage)}


def test_the_page_of_the_costs_is_up_to_date(stacks: dict[str, Declared]) -> None:
    written = (PROJECT_DIRECTORY / "docs" / "costs.md").read_text(encoding="utf-8")

    assert written == costs_page(stacks), "make it again: python -m local_stack.costs_page > docs/costs.md"


def test_the_readme_says_what_the_page_says(stacks: dict[str, Declared]) -> None:
    readme = (PROJECT_DIRECTORY / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Costs at a glance")[2]
    cells = {
        name.partition(" ")[0].rstrip(":,"): (float(listed), float(free))
        for name, listed, free in re.findall(
            r"^\| (?:\*\*)?([^|*]+?)(?:\*\*)? \| (?:\*\*)?([\d.]+)(?:\*\*)? \| (?:\*\*)?([\d.]+)", table, re.MULTILINE
        )
    }
    items = bill(stacks["dev"], USUAL)
    groups = {
        name: [each for each in items if each.name.startswith(name)]
        for name in ("API", "Lambda", "CloudWatch", "KMS", "ECR")
    }
    groups["total"] = list(items)
    for name, group in groups.items():
        assert cells[name] == pytest.approx(
            (sum(each.listed for each in group), sum(each.after_free for each in group)), abs=0.006
        )


def test_the_arithmetic_of_a_row_is_amount_times_price_less_what_is_free() -> None:
    item = Item(name="x", amount=10, price=0.5, free=4)

    assert (item.listed, item.after_free) == (5.0, 3.0)
    assert Item(name="x", amount=3, price=0.5, free=4).after_free == 0


def test_without_requests_only_what_is_fixed_is_paid(stacks: dict[str, Declared]) -> None:
    found = rows(stacks["dev"], Usage(requests=0, images_gb=0, notifications=0))

    assert {name for name, item in found.items() if item.listed} == {
        "CloudWatch, alarms",
        "CloudWatch, composite alarms",
        "CloudWatch, dashboard",
        "KMS key",
    }


def test_an_alarm_costs_as_many_metrics_as_it_reads(stacks: dict[str, Declared]) -> None:
    # Nine of one metric, error-rate of 2, data-quality of 4 and, in prod, no-traffic and a band of 3.
    assert rows(stacks["dev"])["CloudWatch, alarms"].amount == 8 + 2 + 4
    assert rows(stacks["prod"])["CloudWatch, alarms"].amount == 8 + 2 + 4 + 1 + 3


def test_warm_hours_are_those_of_the_schedule(bundle_path: Path) -> None:
    settings = {"inference:provisionedSchedule": "2 = 0 6 * * ? *; 0 = 30 9 * * ? *"}
    assert warm_seconds(declare("dev", settings, bundle=bundle_path)) == 2 * 3.5 * 3600 * 30
    assert warm_seconds(declare("dev", {"inference:provisionedConcurrency": "1"}, bundle=bundle_path)) == 30 * 86_400
    assert warm_seconds(declare("dev", bundle=bundle_path)) == 0


def test_a_schedule_of_single_days_is_not_reckoned_wrongly(bundle_path: Path) -> None:
    settings = {"inference:provisionedSchedule": "2 = 0 6 ? * MON *; 0 = 30 9 * * ? *"}
    with pytest.raises(ValueError, match="only schedules that repeat every day"):
        warm_seconds(declare("dev", settings, bundle=bundle_path))
