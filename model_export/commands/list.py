"""``python -m model_export list``: the bundles with version, date, size and metrics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from model_export.bundle.versions import list_bundles
from model_export.commands.arguments import DONE, WRONG_INPUT, Parser
from model_export.report.parts import metric_text, size_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model_export.bundle.versions import Listed

EPILOG = """\
examples:
  python -m model_export list
  python -m model_export list sleep_advice --out build/bundles

The date is when the bundle came to this directory; a bundle itself holds none.
exit codes: 0 done, 2 wrong usage or input, a bundle that cannot be read included
"""
_SHOWN_METRICS = 3


def main(arguments: Sequence[str]) -> int:
    """Show the bundles of a directory.

    Parameters
    ----------
    arguments : sequence of str
        As ``list --help`` tells.

    Returns
    -------
    int
        0 done, 2 wrong usage or input.
    """
    made = Parser("list", "Show the bundles with version, date, size and metrics.", EPILOG)
    made.add_argument("name", metavar="NAME", nargs="?", help="one model alone")
    made.add_argument("--out", metavar="DIR", type=Path, default=Path("bundles"), help="directory of the bundles")
    options = made.parse_args(arguments)
    console, errors = Console(), Console(stderr=True)
    versions, faults = list_bundles(options.out, options.name)
    for fault in faults:
        errors.print(f"error: {fault}", highlight=False, markup=False, soft_wrap=True)
    if not versions:
        whose = f" of {options.name}" if options.name else ""
        errors.print(
            f"error: {options.out}: no bundle{whose} here. "
            "Write one: python -m model_export MODEL --data FILE --name NAME",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
        return WRONG_INPUT
    console.print(_table(versions))
    console.print(_next(versions), highlight=False, soft_wrap=True)
    return WRONG_INPUT if faults else DONE


def _table(versions: Sequence[Listed]) -> Table:
    table = Table(title="Bundles", title_justify="left")
    for head in ("model", "version", "written (UTC)", "size", "task", "metrics"):
        table.add_column(head, overflow="fold", justify="right" if head == "size" else "left")
    shown = ""
    for each in versions:
        contract = each.contract
        metrics = list(contract.metrics.items())[:_SHOWN_METRICS]
        table.add_row(
            "" if contract.name == shown else contract.name,
            f"{contract.version}{' (latest)' if each.is_latest else ''}",
            each.written.strftime("%Y-%m-%d %H:%M"),
            size_text(each.size_bytes),
            contract.task,
            ", ".join(f"{name.replace('_', ' ')} {metric_text(value)}" for name, value in metrics) or "none",
        )
        shown = contract.name
    return table


def _next(versions: Sequence[Listed]) -> str:
    by_model: dict[str, list[Listed]] = {}
    for each in versions:
        by_model.setdefault(each.contract.name, []).append(each)
    pair = next((found[:2] for found in by_model.values() if len(found) > 1), None)
    if pair:
        return f"Next: see what changed: python -m model_export diff {pair[1].path} {pair[0].path}"
    return f"Next: prove one again: python -m model_export verify {versions[0].path}"
