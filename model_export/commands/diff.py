"""``python -m model_export diff BEFORE AFTER``: what changed between two bundles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from inference_lib.errors import InferenceError
from model_export.bundle.difference import difference_of
from model_export.commands.arguments import DONE, WRONG_INPUT, Parser
from model_export.progress import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model_export.bundle.difference import Answers, Change, Difference

EPILOG = """\
A bundle is named by its directory: bundles/NAME/VERSION, or bundles/NAME for the version that was written last.
Both are asked the golden requests of both, through the runtime that serves.

example:
  python -m model_export diff bundles/sleep_advice/3f2a91c07b44 bundles/sleep_advice

exit codes: 0 done, whatever has changed; 2 wrong usage or input
"""


def main(arguments: Sequence[str]) -> int:
    """Show what changed between two bundles.

    Parameters
    ----------
    arguments : sequence of str
        As ``diff --help`` tells.

    Returns
    -------
    int
        0 done, 2 wrong usage or input.
    """
    made = Parser("diff", "Show what changed between two bundles: features, ranges, metrics, sizes, answers.", EPILOG)
    made.add_argument("before", metavar="BEFORE", help="directory of a bundle")
    made.add_argument("after", metavar="AFTER", help="directory of a bundle")
    options = made.parse_args(arguments)
    console = Console()
    try:
        with Terminal(console) as progress:
            progress.step("Asking both bundles")
            difference = difference_of(options.before, options.after)
    except InferenceError as error:
        Console(stderr=True).print(f"error: {error}", highlight=False, markup=False, soft_wrap=True)
        return WRONG_INPUT
    _print(difference, console)
    return DONE


def _print(difference: Difference, console: Console) -> None:
    before, after = difference.before, difference.after
    console.print(f"{before.name} {before.version} → {after.name} {after.version}", highlight=False, style="bold")
    for subject, changes in difference.changes.items():
        if changes:
            console.print(_table(subject, "what", changes))
    same = [subject for subject, changes in difference.changes.items() if not changes]
    if same:
        console.print(f"Unchanged: {', '.join(same)}.", highlight=False)
    if difference.answers is None:
        console.print(f"Answers cannot be compared: {before.task} became {after.task}.", highlight=False)
        return
    if difference.answers.worst:
        console.print(_table("answers that changed most", "golden request", difference.answers.worst))
    console.print(_verdict(difference.answers), highlight=False, soft_wrap=True)


def _table(subject: str, what: str, changes: Sequence[Change]) -> Table:
    table = Table(title=subject.capitalize(), title_justify="left")
    for head in (what, "before", "after"):
        table.add_column(head, overflow="fold")
    for change in changes:
        table.add_row(*change)
    return table


def _verdict(answers: Answers) -> str:
    lines = [
        (
            f"Answers: {answers.compared} golden requests compared, {answers.equal} answered alike, "
            f"{answers.label_changes} with another label; largest change {answers.largest:.3g}."
        )
    ]
    before, after = answers.refused
    if before:
        lines.append(f"{before} requests are answered now that were refused before.")
    if after:
        lines.append(f"{after} requests are refused now that were answered before: callers must change.")
    return "\n".join(lines)
