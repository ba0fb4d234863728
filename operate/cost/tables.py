"""The tables that ``python -m operate.cost`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from operate.cost.memory import recommended

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operate.cost.bill import Bill
    from operate.cost.memory import MemorySize


def bill_table(bill: Bill, title: str) -> Table:
    """Return the rows of a bill, by service."""
    table = _table(title, "", *("amount", "unit price", "list price", "after free tiers"))
    for service, part in bill.services().items():
        table.add_row(f"[bold]{service}[/]", "", "", f"[bold]{usd(part.listed)}[/]", f"[bold]{usd(part.after_free)}[/]")
        for item in part.items:
            cells = (amount(item.amount), unit_price(item.price), usd(item.listed), usd(item.after_free))
            table.add_row(f"  {item.name}", *(f"[dim]{cell}[/]" for cell in cells))
    table.add_section()
    total = (f"[bold]{usd(value)}[/]" for value in (bill.listed, bill.after_free))
    table.add_row("[bold]total, USD a month[/]", "", "", *total)
    return table


def side_by_side(columns: dict[str, Bill], title: str, *, difference: bool = False) -> Table:
    """Return bills side by side, list prices by service; for two bills, optionally with their difference.

    Parameters
    ----------
    columns : dict of str to Bill
        Bills by title.
    title : str
        Title of the table.
    difference : bool
        Whether rows are compared item by item, with a column for the difference.
    """
    table = _table(title, "list price, USD a month", *columns, *(["difference"] if difference else []))
    for service in dict.fromkeys(name for bill in columns.values() for name in bill.services()):
        parts = [bill.services().get(service) for bill in columns.values()]
        totals = [part.listed if part else 0 for part in parts]
        table.add_row(f"[bold]{service}[/]" if difference else service, *_cells(totals, difference=difference))
        for item in dict.fromkeys(row.name for part in parts if part for row in part.items) if difference else ():
            values = [sum(row.listed for row in part.items if row.name == item) if part else 0 for part in parts]
            table.add_row(f"  [dim]{item}[/]", *(f"[dim]{cell}[/]" for cell in _cells(values, difference=True)))
    table.add_section()
    bold = [f"[bold]{cell}[/]" for cell in _cells([bill.listed for bill in columns.values()], difference=difference)]
    table.add_row("[bold]total[/]", *bold)
    table.add_row("after free tiers", *_cells([bill.after_free for bill in columns.values()], difference=difference))
    return table


def memory_table(sizes: Sequence[MemorySize], own_mb: int, title: str) -> Table:
    """Return the cost and the speed of each memory size."""
    table = _table(title, "memory", "warm request", "cold start", "function", "whole stack", "")
    best = recommended(list(sizes))
    for size in sizes:
        notes = [size.flaw] if size.flaw else []
        notes += ["now"] if size.memory_mb == own_mb else []
        notes += ["[green]recommended[/]"] if size is best else []
        table.add_row(
            f"{size.memory_mb} MB",
            f"{size.latency_ms:.3g} ms",
            f"{size.cold_start_ms:.0f} ms",
            usd(size.function_usd),
            usd(size.total_usd),
            ", ".join(notes),
            style="dim" if size.flaw else "",
        )
    return table


def _cells(values: Sequence[float], *, difference: bool) -> list[str]:
    more = [f"{values[-1] - values[0]:+,.2f}"] if difference else []
    return [*map(usd, values), *more]


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right" if column else "left")
    return table


def usd(value: float) -> str:
    """Return an amount of money in whole cents."""
    return f"{value:,.2f}"


def amount(value: float) -> str:
    """Return an amount, without decimals if it is whole."""
    return f"{value:,.2f}".removesuffix(".00")


def unit_price(value: float | None) -> str:
    """Return a unit price with all of its digits, or that there is none."""
    return "no price" if value is None else f"{value:.10f}".rstrip("0").rstrip(".")
