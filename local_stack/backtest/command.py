"""The command ``python -m local_stack backtest``."""

from __future__ import annotations

import argparse
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from local_stack.backtest.replay import backtest
from local_stack.declared.settings_option import add_settings_option
from local_stack.errors import LocalStackError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_stack.backtest.replay import BacktestResult, Outcome
    from local_stack.declared.evaluation import Declared

_EVERY_LINES = 500

_DESCRIPTION = """\
Replay a log of the function against the declared alarms at full speed, and report when each alarm would
have fired. Use it to choose thresholds before the first page at night."""

_EXAMPLES = """\
examples:
  python -m local_stack backtest                                    the log of the local stack
  python -m local_stack backtest --from export.jsonl --stack prod   with the alarms of prod
  python -m local_stack backtest --set probabilityThreshold=0.6     the effect of another threshold
"""


def add_backtest(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of ``python -m local_stack``."""
    parser = commands.add_parser(
        "backtest",
        help="report when the declared alarms would have fired for a log",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--from",
        dest="log",
        type=Path,
        metavar="LOG",
        help="JSON lines of the function (default: the log of the local stack, .local_stack/STACK/function.jsonl)",
    )
    parser.add_argument("--stack", default="dev", help="environment whose alarms are used (default: dev)")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="the model (default: the stack's setting)")
    add_settings_option(parser, "probabilityThreshold=0.6")


def run_backtest(log: Path, declared: Declared) -> int:
    """Replay a log and print the alarms; returns 0, or 1 when an alarm that notifies would have fired.

    Raises
    ------
    LocalStackError
        The log cannot be read, or is not the function's.
    """
    started = time.perf_counter()
    try:
        size = log.stat().st_size
        with log.open(encoding="utf-8", errors="replace") as lines, _progress() as progress:
            task = progress.add_task(log.name, total=size)

            def counted() -> Iterator[str]:
                for number, line in enumerate(lines):
                    if number % _EVERY_LINES == 0:
                        progress.update(task, completed=os.lseek(lines.fileno(), 0, os.SEEK_CUR))
                    yield line

            result = backtest(declared, counted())
            progress.update(task, completed=size)
    except OSError as error:
        raise LocalStackError(
            f"{log}: the log cannot be read ({error.strerror}). Pass another with --from LOG; make run writes one."
        ) from error
    _show(result, time.perf_counter() - started)
    return int(any(outcome.fired for outcome in result.outcomes if outcome.notifies))


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True)


def _show(result: BacktestResult, elapsed_s: float) -> None:
    console = Console(soft_wrap=True)
    span_h = (result.end - result.start) / 3_600
    console.print(
        f"{result.requests:,} requests of {span_h:.1f} h, from {_time(result.start)} to {_time(result.end)} UTC, "
        f"replayed in {elapsed_s:.1f} s ({result.requests / elapsed_s:,.0f} a second)."
    )
    if result.skipped:
        console.print(f"{result.skipped:,} lines have no time and were ignored.")
    console.print(_table(result))
    for outcome in result.outcomes:
        if outcome.fired and not outcome.notifies:
            console.print(f"{outcome.name}: {outcome.reason}", style="dim")
    messages = sum(len(outcome.fired) for outcome in result.outcomes if outcome.notifies)
    console.print(
        f"The topics would have reported {messages} alarm{'s' * (messages != 1)}. Try another threshold: "
        "--set KEY=VALUE; docs/settings.md lists them."
    )


def _table(result: BacktestResult) -> Table:
    table = Table("alarm", "fired", "first", "in alarm")
    for outcome in sorted(result.outcomes, key=lambda each: (not each.fired, not each.notifies)):
        if outcome.fired:
            table.add_row(*_row(outcome, result.end), style="bold" if outcome.notifies else "")
        else:
            table.add_row(outcome.name, "never", "", "", style="dim")
    return table


def _row(outcome: Outcome, end: float) -> tuple[str, ...]:
    minutes = sum((min(until or end, end) - (since or 0)) / 60 for since, until in outcome.fired)
    first = outcome.fired[0][0] or 0.0
    return outcome.name, str(len(outcome.fired)), _time(first), f"{max(minutes, 0):.0f} min"


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M")
