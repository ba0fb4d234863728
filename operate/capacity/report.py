"""The results as tables, and as the data of a plot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from operate.capacity.answers import BIN_S, GROWTH, growth, ladder, provisions, simulated_day, summary
from operate.capacity.traffic import DAY_S

if TYPE_CHECKING:
    from rich.console import Console

    from operate.capacity.answers import Day, Provision
    from operate.capacity.question import Scene
    from operate.capacity.simulation import Outcome

GOOD_SHARE = 0.01
"""With fewer cold starts than this the 99th percentile is that of warm requests."""


def answer(shown: Scene, seed: int, console: Console) -> dict[str, Any]:
    """Simulate, print the tables and return the data of a plot."""
    with _progress(console) as progress:
        task = progress.add_task("a day", total=DAY_S)
        outcome = simulated_day(
            shown.traffic, shown.platform, seed, lambda second: progress.update(task, completed=second)
        )
        day = summary(outcome, shown.platform)
        counts = ladder(day.environments)
        progress.reset(task, total=len(counts) + 1, description="with provisioned concurrency")
        warm = []
        for each in provisions(shown.traffic, shown.platform, counts, shown.usd_a_second, seed):
            warm.append(each)
            progress.advance(task)
        progress.reset(task, total=len(GROWTH), description="growth")
        grown = []
        for row in growth(shown.traffic, shown.platform, seed, lambda text: progress.update(task, description=text)):
            grown.append(row)
            progress.advance(task)
    _print(shown, day, warm, grown, console)
    return drawing(outcome, warm, grown)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _print(shown: Scene, day: Day, warm: list[Provision], grown: list[tuple[int, Day, int]], console: Console) -> None:
    platform, traffic, settings = shown.platform, shown.traffic, shown.settings
    console.print(
        f"{settings.stack}: {settings.memory_mb} MB, {1000 * platform.duration_s:.3g} ms a warm request, "
        f"{1000 * platform.cold_start_s:.0f} ms a cold start, idle environments stay {platform.keep_alive_s // 60} "
        f"min, a concurrency limit of {platform.concurrency_limit:,}; {traffic.peak_per_minute:,.0f} requests a minute "
        f"at the peaks, {traffic.spike_factor:g} times that in spikes of {traffic.spike_s} s.",
        highlight=False,
        soft_wrap=True,
    )
    console.print(
        f"A day: {day.requests:,} requests, {day.cold:,} cold starts ({day.cold_share:.2%}), {day.refused:,} throttled "
        f"({day.refused_share:.2%}), at most {day.environments:,} environments, p50 {day.p50_ms:.3g} ms, "
        f"p99 {day.p99_ms:.3g} ms, {day.worst_p99_ms:.3g} ms in the worst five minutes.",
        highlight=False,
        soft_wrap=True,
        style="bold",
    )
    console.print(provision_table(warm))
    console.print(verdict(warm), highlight=False, soft_wrap=True)
    console.print(growth_table(grown, platform.concurrency_limit))
    console.print(f"Durations: {shown.source}.", highlight=False, markup=False, soft_wrap=True)
    console.print(
        f"Next: python -m operate.cost --stack {settings.stack} --cold-starts {day.cold_share:.4f}", soft_wrap=True
    )


def provision_table(warm: list[Provision]) -> Table:
    """Return the effect and the price of provisioned concurrency, by count."""
    table = Table(title="Provisioned concurrency", title_justify="left", title_style="bold")
    for column in (
        "always warm",
        "cold starts a day",
        "share",
        "refused",
        "p99",
        "worst 5 min",
        "USD a month",
        "USD for 1000 fewer",
    ):
        table.add_column(column, justify="right")
    for row in provision_rows(warm):
        table.add_row(*row)
    return table


def provision_rows(warm: list[Provision]) -> list[tuple[str, ...]]:
    """Return the cells of that table."""
    none = warm[0].day.cold
    rows: list[tuple[str, ...]] = []
    for each in warm:
        fewer = (none - each.day.cold) * 30 / 1000
        rows.append(
            (
                each.name,
                f"{each.day.cold:,}",
                f"{each.day.cold_share:.2%}",
                f"{each.day.refused:,}",
                f"{each.day.p99_ms:.3g} ms",
                f"{each.day.worst_p99_ms:.3g} ms",
                f"{each.usd:,.2f}",
                f"{each.usd / fewer:,.2f}" if fewer > 0 and each.usd else "",
            )
        )
    return rows


def verdict(warm: list[Provision]) -> str:
    """Return in a sentence whether provisioned concurrency is worth its price."""
    none = warm[0]
    if none.day.cold_share < GOOD_SHARE:
        return (
            f"Not needed for the 99th percentile of the day: without it {none.day.cold_share:.2%} of the requests wait "
            "for a start, fewer than one in a hundred. It improves only the worst five minutes and throttling."
        )
    enough = next((each for each in warm if each.day.cold_share < GOOD_SHARE), None)
    if enough is None:
        return "None of these reduces cold starts below one in a hundred: shorten the cold start or the request."
    return (
        f"{enough.name} warm environments, {enough.usd:,.2f} USD a month, reduce cold starts from "
        f"{none.day.cold_share:.2%} to {enough.day.cold_share:.2%} and the 99th percentile from "
        f"{none.day.p99_ms:.3g} ms to {enough.day.p99_ms:.3g} ms."
    )


def growth_table(grown: list[tuple[int, Day, int]], limit: int) -> Table:
    """Return the behaviour of the function with growing traffic."""
    table = Table(title=f"Growth, with a concurrency limit of {limit:,}", title_justify="left", title_style="bold")
    for column in (
        "requests a minute",
        "cold starts a day",
        "share",
        "refused",
        "p99",
        "worst 5 min",
        "needed concurrency",
    ):
        table.add_column(column, justify="right")
    for row in growth_rows(grown):
        table.add_row(*row)
    return table


def growth_rows(grown: list[tuple[int, Day, int]]) -> list[tuple[str, ...]]:
    """Return the cells of that table."""
    return [
        (
            f"{peak:,}",
            f"{day.cold:,}",
            f"{day.cold_share:.3%}",
            f"{day.refused_share:.3%}",
            f"{day.p99_ms:.3g} ms",
            f"{day.worst_p99_ms:.3g} ms",
            f"{needed:,}",
        )
        for peak, day, needed in grown
    ]


def drawing(outcome: Outcome, warm: list[Provision], grown: list[tuple[int, Day, int]]) -> dict[str, Any]:
    """Return the data of a plot: the day in bins of five minutes, the provision and the growth."""
    bins = {
        name: getattr(outcome, name).reshape(-1, BIN_S).sum(axis=1).tolist() for name in ("arrived", "cold", "refused")
    }
    return {
        "hours": [index * BIN_S / 3600 for index in range(DAY_S // BIN_S)],
        **bins,
        "environments": outcome.environments.reshape(-1, BIN_S).max(axis=1).tolist(),
        "provisions": [
            {"name": each.name, "cold_share": each.day.cold_share, "usd": each.usd, "p99_ms": each.day.p99_ms}
            for each in warm
        ],
        "growth": [
            {"peak": peak, "cold_share": day.cold_share, "refused_share": day.refused_share, "needed": needed}
            for peak, day, needed in grown
        ],
    }
