"""The page of the costs, made from the settings of the stacks: ``python -m operate.cost.page > docs/costs.md``."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING

from infra.prices import table as prices
from infra.settings.files import PROJECT_DIRECTORY, read_stack
from operate.cost.bill import bill
from operate.cost.earlier import REST, earlier_bill
from operate.cost.inventory import inventory_of
from operate.cost.tables import amount, unit_price
from operate.cost.usage import MONTH_H, Usage, given

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from operate.cost.bill import Bill
    from operate.cost.inventory import Inventory

STACKS = ("dev", "staging", "prod")
PRICES = prices.price_list(prices.DEFAULT_REGION)

DURATION_MS, DURATION_MB = 30, 512
"""Of a request of 50 KB, some 500 instances: stated, so that the page is the same on every machine."""

USUAL = Usage(requests=200_000, timing=given(DURATION_MS, DURATION_MB, None))
USAGES = {
    "no requests": replace(USUAL, requests=0),
    "200 000 requests": USUAL,
    "20 000 000 requests": replace(USUAL, requests=20_000_000),
}


def _wrapped(names: Iterable[str]) -> str:
    return textwrap.fill(", ".join(names) + ".", 120, break_on_hyphens=False)


INTRODUCTION = f"""\
# Costs

A month of each environment in USD, by the list prices of {PRICES.region}; taxes and data transfer (100 GB a month are
free) are left out. "After free tiers" is what remains in an account that nothing else uses: the always-free tiers
belong to the account, and a second stack may find them used up.

Assumed: requests of 50 KB, some 500 instances, {DURATION_MS} ms each at {DURATION_MB} MB; one request in a hundred
starts an execution environment; 1 GB of images; one notification for 200 requests; the settings of
`Pulumi.STACK.yaml` as they are. Metrics are billed by the hours in which they were emitted. Composite alarms are
calculated without a free tier, and so is a function with provisioned concurrency, as AWS does.

This page is made by `python -m operate.cost.page > docs/costs.md`; each price stands in
`infra/prices/table.csv` with its source and the date of reading, {PRICES.read[0]} to {PRICES.read[1]} here. Your own
traffic, with the duration measured from your bundle:

```sh
.venv/bin/python -m operate.cost --stack prod --requests 200000
.venv/bin/python -m operate.cost --stack prod --compare memory
.venv/bin/python -m operate.cost --stack dev --diff prod
.venv/bin/python -m operate.cost --stack dev --budget 25
```

The last one exits 1 when the list price is above the budget, for a pipeline. The prices of another region are its rows
in that file; those of {" and ".join(prices.regions())} are there. Of us-east-1 the APIs and the logs were
read; these rows of it hold the prices of eu-central-1, so compare them with the price list before you rely on them:
{_wrapped(f"`{item}`" for item in prices.copied("us-east-1"))}
The rows of Data Firehose and S3 were written down from memory, for both regions; they count with `capture` and batches
alone. What shared storage and the console add could not be read on AWS's pages; its prices are those of copies of AWS's
price list that others published, and those of reading from EFS and of its backups are from memory.

## By environment and traffic

| environment | requests a month | list price | after free tiers |
|---|---|---:|---:|
"""
BELOW = """
Requests that a warm environment answers are calculated at the price of those on demand, for which share that is depends
on the hours of the day; AWS asks less for them, which makes *GB-s of duration* an upper bound with
`provisionedSchedule` or `provisionedConcurrency`.

What prod has and the others have not: execution environments that are warm at the two peaks of the day, the firewall,
and more alarms. Each is a setting: `provisionedSchedule`, `wafRate`, `noTrafficHours`, `clientErrorsBand`.

## The earlier system

What 200 000 requests of 3 s each cost with a function of 250 MB on x86, an HTTP API and Lambda Insights
(`python -m operate.cost --earlier`):

| service | earlier | with a REST API |
|---|---:|---:|
"""


OPTIONS = """
## Shared storage and the console

What the two options add to dev at 200 000 requests a month ([shared-storage.md](shared-storage.md),
[console.md](console.md#in-the-cloud)); an interface endpoint, of which neither needs one, and a NAT gateway would each
cost more than the function.

| item | amount | price of one | list price |
|---|---:|---:|---:|
"""
OPTION_SETTINGS = {
    "inference:sharedStorage": "true",
    "inference:modelSource": "efs",
    "inference:console": "true",
    "inference:consoleNetworks": "203.0.113.0/24",
}


def options_table(without: Inventory, with_options: Inventory) -> str:
    """Return the rows that the options add, as Markdown."""
    known = {(item.service, item.name) for item in bill(without, USUAL, PRICES).items}
    found = [item for item in bill(with_options, USUAL, PRICES).items if (item.service, item.name) not in known]
    endpoint = PRICES["interface_endpoint_hour"].usd
    rows = [
        _row(f"{item.service}, {item.name}", amount(item.amount), unit_price(item.price), float(item.listed))
        for item in found
    ]
    rows += [
        _row("**total**", "", "", float(sum(item.listed for item in found))),
        _row("not needed: one interface endpoint in two zones", amount(2 * MONTH_H), unit_price(endpoint),
             float(2 * MONTH_H * endpoint)),
    ]  # fmt: skip
    return OPTIONS + "\n".join(rows) + "\n"


def costs_page(stacks: dict[str, Inventory], with_options: Inventory) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    stacks : dict of str to Inventory
        What each environment declares.
    with_options : Inventory
        What dev declares with shared storage and the console.
    """
    totals = [
        _row(stack, name, *_sums(bill(inventory, usage, PRICES)))
        for stack, inventory in stacks.items()
        for name, usage in USAGES.items()
    ]
    tables = [_table(stack, bill(inventory, USUAL, PRICES)) for stack, inventory in stacks.items()]
    return (
        INTRODUCTION
        + "\n".join(totals)
        + "\n"
        + BELOW
        + _earlier()
        + options_table(stacks["dev"], with_options)
        + "".join(tables)
    )


def _earlier() -> str:
    columns = (earlier_bill(PRICES), earlier_bill(PRICES, gateway=REST))
    services = [
        _row(service, *(each.services()[service].listed for each in columns)) for service in columns[0].services()
    ]
    total = _row("**total**", *(each.listed for each in columns))
    return "\n".join([*services, total]) + "\n"


def _sums(found: Bill) -> tuple[float, float]:
    return found.listed, found.after_free


def _row(*cells: str | float) -> str:
    return "| " + " | ".join(f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |"


def _table(stack: str, found: Bill) -> str:
    head = f"\n## {stack}, 200 000 requests\n\n| item | amount | price of one | list price | after free tiers |\n"
    rows = [
        _row(
            f"{item.service}, {item.name}",
            amount(item.amount),
            unit_price(item.price),
            float(item.listed),
            float(item.after_free),
        )
        for item in found.items
    ]
    total = _row("**total**", "", "", *_sums(found))
    return head + "|---|---:|---:|---:|---:|\n" + "\n".join([*rows, total]) + "\n"


def inventories(directory: Path = PROJECT_DIRECTORY) -> dict[str, Inventory]:
    """Return what each environment declares, by the settings below a directory."""
    return {stack: inventory_of(*read_stack(stack, directory=directory)) for stack in STACKS}


def inventory_with_options(directory: Path = PROJECT_DIRECTORY) -> Inventory:
    """Return what dev declares with shared storage and the console."""
    return inventory_of(*read_stack("dev", OPTION_SETTINGS, directory))


if __name__ == "__main__":
    sys.stdout.write(costs_page(inventories(), inventory_with_options()))
