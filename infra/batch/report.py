"""What the commands tell of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from infra.batch.answers import Outcome

SHOWN_REASONS = 3


def progress(console: Console) -> Progress:
    """Return a bar that counts lines."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True)


def tell_outcome(console: Console, name: str, outcome: Outcome, places: Sequence[str]) -> None:
    """Print how the lines of a file came out, why some have no prediction, and where both are."""
    total = outcome.scored + outcome.failed
    console.print(
        f"[bold]{escape(name)}[/bold]: {outcome.scored:,} of {total:,} lines scored, {outcome.failed:,} failed"
    )
    for reason, count in outcome.reasons.most_common(SHOWN_REASONS):
        console.print(f"  {count:,} times: {escape(reason)}", style="yellow")
    results, failed = places
    console.print(f"  results  {escape(results)}")
    if outcome.failed:
        console.print(f"  failed   {escape(failed)}")


def next_step(console: Console, failed: int) -> None:
    """Print what to do now."""
    if failed:
        console.print(
            "Next: each failed line stands in a failed file with its line number, its reason and its row. "
            "Mend those lines, put them into a file of their own and score that."
        )
    else:
        console.print("Next: join the results with your data by the line, or by a column that you --keep.")
