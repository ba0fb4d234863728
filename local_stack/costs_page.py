"""The page of the costs, made from the declared stacks: ``python -m local_stack.costs_page > docs/costs.md``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from local_stack.costs import REQUEST_GB_S, Usage, bill
from local_stack.declared import PROJECT_DIRECTORY, declare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_stack.declared import Declared

STACKS = ("dev", "staging", "prod")
USUAL = Usage(requests=200_000, images_gb=1, notifications=1_000)
USAGES = {
    "no requests": Usage(requests=0, images_gb=1, notifications=0),
    "200 000 requests": USUAL,
    "20 000 000 requests": Usage(requests=20_000_000, images_gb=1, notifications=100_000),
}

INTRODUCTION = f"""\
# Costs

A month of each environment in USD, by the list prices of eu-central-1, read between August and October 2026 from the
AWS price list; taxes and data transfer (100 GB a month are free) are left out. "After free tiers" is what remains in an
account that nothing else uses: the always-free tiers belong to the account, and a second stack may find them used up.

Assumed: requests of 50 KB, some 500 instances, {REQUEST_GB_S} GB-s each (30 ms at 512 MB; the benchmark has the speed);
1 GB of images; 1 000 notifications for 200 000 requests; the settings of `Pulumi.STACK.yaml` as they are. Metrics are
billed by the hours in which they were emitted. Composite alarms are reckoned without a free tier.

This page is made from the declared resources by `python -m local_stack.costs_page > docs/costs.md`; the prices stand in
`infra/prices.py`.

## By environment and traffic

| environment | requests a month | list price | after free tiers |
|---|---|---:|---:|
"""
BELOW = """
What prod has and the others have not: execution environments that are warm at the two peaks of the day, the firewall,
and more alarms. Each is a setting: `provisionedSchedule`, `wafRate`, `noTrafficHours`, `clientErrorsBand`.
"""


def costs_page(stacks: Mapping[str, Declared]) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    stacks : mapping of str to Declared
        What each environment declares.
    """
    totals = [
        _row(stack, name, *_total(declared, usage))
        for stack, declared in stacks.items()
        for name, usage in USAGES.items()
    ]
    tables = [_table(stack, declared) for stack, declared in stacks.items()]
    return INTRODUCTION + "\n".join(totals) + "\n" + BELOW + "".join(tables)


def _total(declared: Declared, usage: Usage) -> tuple[float, float]:
    items = bill(declared, usage)
    return sum(item.listed for item in items), sum(item.after_free for item in items)


def _row(*cells: str | float) -> str:
    return "| " + " | ".join(f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |"


def _table(stack: str, declared: Declared) -> str:
    head = f"\n## {stack}, 200 000 requests\n\n| item | amount | price of one | list price | after free tiers |\n"
    rows = [
        _row(
            item.name,
            f"{item.amount:,.2f}".removesuffix(".00"),
            f"{item.price:.10f}".rstrip("0").rstrip("."),
            item.listed,
            item.after_free,
        )
        for item in bill(declared, USUAL)
    ]
    total = _row("**total**", "", "", *_total(declared, USUAL))
    return head + "|---|---:|---:|---:|---:|\n" + "\n".join([*rows, total]) + "\n"


if __name__ == "__main__":
    bundle = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT_DIRECTORY / "bundles" / "sleep_advice"
    sys.stdout.write(costs_page({stack: declare(stack, bundle=bundle) for stack in STACKS}))
