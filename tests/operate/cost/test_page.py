from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from infra.prices import table as prices
from infra.settings.files import PROJECT_DIRECTORY
from operate.cost.bill import Bill, bill
from operate.cost.page import ITEMS, PRICES, USUAL, costs_page, inventories, inventory_with_options, main

if TYPE_CHECKING:
    from pathlib import Path


def test_the_page_of_the_costs_is_up_to_date(project: Path) -> None:
    written = (PROJECT_DIRECTORY / "docs" / "costs.md").read_text(encoding="utf-8")

    assert written == costs_page(inventories(project), inventory_with_options(project)), (
        "make it again: python -m operate.cost.page > docs/costs.md"
    )


def test_without_the_bundle_of_the_settings_the_way_out_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in PROJECT_DIRECTORY.glob("Pulumi*.yaml"):
        shutil.copy(file, tmp_path)
    assert main(tmp_path) == 2
    printed = capsys.readouterr()
    assert not printed.out
    assert printed.err.startswith("error: inference:bundle: bundles/sleep_advice: no model bundle here; ")


def test_the_readme_says_what_the_page_says(project: Path) -> None:
    readme = (PROJECT_DIRECTORY / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Costs at a glance")[2]
    cells = {
        name.partition(" ")[0].rstrip(":,"): (float(listed), float(free))
        for name, listed, free in re.findall(
            r"^\| (?:\*\*)?([^|*]+?)(?:\*\*)? \| (?:\*\*)?([\d.]+)(?:\*\*)? \| (?:\*\*)?([\d.]+)", table, re.MULTILINE
        )
    }
    found = bill(inventories(project)["dev"], USUAL, PRICES)
    groups = {name.partition(" ")[0]: part for name, part in found.services().items()}
    groups = {name: groups[name] for name in ("API", "Lambda", "CloudWatch", "KMS", "ECR")} | {
        "total": Bill(found.items)
    }
    for name, group in groups.items():
        assert cells[name] == pytest.approx((group.listed, group.after_free), abs=0.006)


def test_the_page_names_each_item_that_a_region_has_no_price_of() -> None:
    listed = {region: prices.price_list(region) for region in prices.regions()}
    items = {item for each in listed.values() for item in each.prices} | set(ITEMS)

    assert {item for item in items if not all(item in each for each in listed.values())} == set(ITEMS)
