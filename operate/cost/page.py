"""The page of the costs, from the settings of the stacks: ``python -m operate.cost.page > docs/costs.md``."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi

from infra.prices import table as prices
from infra.settings.files import PROJECT_DIRECTORY, read_stack
from operate.cost.bill import bill
from operate.cost.earlier import REST, earlier_bill
from operate.cost.inventory import inventory_of
from operate.cost.tables import amount, unit_price
from operate.cost.usage import MONTH_H, Usage, given

if TYPE_CHECKING:
    from pathlib import Path

    from operate.cost.bill import Bill
    from operate.cost.inventory import Inventory

STACKS = ("dev", "staging", "prod")
PRICES = prices.price_list(prices.DEFAULT_REGION)

DURATION_MS, DURATION_MB = 30, 512
"""Duration of a request of 50 KB, about 500 instances; fixed, so that the page is the same on every machine."""

USUAL = Usage(requests=200_000, timing=given(DURATION_MS, DURATION_MB, None))
USAGES = {
    "no requests": replace(USUAL, requests=0),
    "200 000 requests": USUAL,
    "20 000 000 requests": replace(USUAL, requests=20_000_000),
}


ITEMS = {"firehose_gb": "the GB that Amazon Data Firehose delivers for `capture`", "efs_backup_gb_month": "EFS backups"}
"""Items that a region lacks; a test compares them with the file."""


def _unpriced() -> str:
    return "\n".join(
        f"- {meaning} in {' and '.join(region for region in prices.regions() if item not in prices.price_list(region))}"
        for item, meaning in ITEMS.items()
    )


INTRODUCTION = f"""\
# Costs

For platform engineers. With this page you can estimate what a stack costs in a month, in USD at the list prices of
{PRICES.region}. Taxes and data transfer (100 GB a month are free) are left out. "After free tiers" is the price in an
account without other usage: the always-free tiers belong to the account, and a second stack may use them up.

Assumptions: requests of 50 KB, about 500 instances, {DURATION_MS} ms each at {DURATION_MB} MB; one request in a hundred
starts an execution environment; 1 GB of images; one notification for 200 requests; the committed settings of
`Pulumi.STACK.yaml`. Metrics are billed by the hours in which they were emitted. Composite alarms, and a function with
provisioned concurrency, have no free tier.

`python -m operate.cost.page > docs/costs.md` generates this page. Each price is in `infra/prices/table.csv`, with the
source where it was read, the date of reading and the date of the source, here {PRICES.dated[0]} to {PRICES.dated[1]}.
To estimate your own traffic, with the duration measured from your bundle:

```sh
.venv/bin/python -m operate.cost --stack prod --requests 200000
.venv/bin/python -m operate.cost --stack prod --compare memory
.venv/bin/python -m operate.cost --stack dev --diff prod
.venv/bin/python -m operate.cost --stack dev --budget 25
```

The last command exits with 1 if the list price exceeds the budget, for a pipeline. To add a region, add its rows to
that file, which contains {" and ".join(prices.regions())}. Each row was read for its region: on a page of AWS, in a
published copy of AWS's price list, or on a page that quotes it. An item whose price could not be read has no row, and
an estimate that uses it names it. The file has no price of:

{_unpriced()}

## By environment and traffic

| environment | requests a month | list price | after free tiers |
|---|---|---:|---:|
"""
BELOW = """
Requests to a provisioned environment are calculated at the on-demand price, because their share depends on the hours of
the day. AWS charges less for them, so that *GB-s of duration* is an upper bound with `provisionedSchedule` or
`provisionedConcurrency`.

Only prod has execution environments that are warm at the two peaks of the day, the firewall, and more alarms. Each is a
setting: `provisionedSchedule`, `wafRate`, `noTrafficHours`, `clientErrorsBand`.

## The reference system

The cost of 200 000 requests of 3 s each with a function of 250 MB on x86, an HTTP API and Lambda Insights
(`python -m operate.cost --earlier`):

| service | reference | with a REST API |
|---|---:|---:|
"""


OPTIONS = """
## Shared storage and the console

The two options add these costs to dev at 200 000 requests a month ([shared-storage.md](shared-storage.md),
[console.md](console.md#in-the-cloud)). Neither needs an interface endpoint or a NAT gateway, each of which would cost
more than the function.

| item | amount | unit price | list price |
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
        Inventory of each environment.
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
    head = f"\n## {stack}, 200 000 requests\n\n| item | amount | unit price | list price | after free tiers |\n"
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


def main(directory: Path = PROJECT_DIRECTORY) -> int:
    """Print the page; 2 where the settings of a stack are wrong, such as in a clone without the example's bundle."""
    try:
        sys.stdout.write(costs_page(inventories(directory), inventory_with_options(directory)))
    except pulumi.RunError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
