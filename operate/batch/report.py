"""What the commands print about a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operate.batch.answers import Outcome

SHOWN_REASONS = 3
SHOWN_NAMES = 10


def progress(console: Console) -> Progress:
    """Return a bar that counts lines."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True)


def tell_outcome(console: Console, name: str, outcome: Outcome, places: Sequence[str]) -> None:
    """Print the outcome of a file: counts, reasons of failed lines, and the paths of both files."""
    total = outcome.scored + outcome.failed
    console.print(
        f"[bold]{escape(name)}[/bold]: {outcome.scored:,} of {total:,} lines scored, {outcome.failed:,} failed"
    )
    for reason, count in outcome.reasons.most_common(SHOWN_REASONS):
        console.print(f"  {count:,} line{'s' * (count != 1)}: {escape(reason)}", style="yellow")
    results, failed = places
    console.print(f"  results  {escape(results)}")
    if outcome.failed:
        console.print(f"  failed   {escape(failed)}")


def tell_error(console: Console, error: Exception) -> None:
    """Print an error as one sentence."""
    console.print(f"error: {error}", markup=False, highlight=False)


def next_step(console: Console, failed: int) -> None:
    """Print the next step."""
    if failed:
        console.print(
            "Next: the failed files contain each failed line with its number, its reason and its row. "
            "Fix those lines, put them into a new file and score that."
        )
    else:
        console.print("Next: join the results with your data by line number, or by a column that you --keep.")


def tell_interrupted(broken_off: Sequence[str], rest: Sequence[str]) -> None:
    """Print after Ctrl-C which files have no results.

    Parameters
    ----------
    broken_off : sequence of str
        Files that were started: nothing is written for them.
    rest : sequence of str
        Files that were not.
    """
    said = ["interrupted"]
    if broken_off:
        said.append(f"no results for {_some(broken_off)}")
    if rest:
        said.append(f"not started: {_some(rest)}")
    told = f"{said[0]}: {'; '.join(said[1:])}" if said[1:] else said[0]
    Console(stderr=True, soft_wrap=True).print(told, markup=False, highlight=False)


def _some(names: Sequence[str]) -> str:
    more = len(names) - SHOWN_NAMES
    return ", ".join(names[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")
