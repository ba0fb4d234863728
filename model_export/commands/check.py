"""``python -m model_export check MODEL``: the linter before any conversion."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from model_export.commands.arguments import DONE, REFUTED, TARGET_HELP, WRONG_INPUT, Parser, add_form, print_error
from model_export.errors import ExportError, one_sentence
from model_export.progress import Terminal

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from model_export.checks import Finding
    from model_export.progress import Progress

EPILOG = """\
examples:
  python -m model_export check model.joblib
      looks at the steps of the model
  python -m model_export check model.joblib --data held_out.csv --target advice
      looks at missing values, types and categories of the data too

exit codes: 0 nothing blocks the export, 1 something does, 2 wrong usage or input
"""


def main(arguments: Sequence[str]) -> int:
    """List what would block or endanger the conversion of a model.

    Parameters
    ----------
    arguments : sequence of str
        As ``check --help`` tells.

    Returns
    -------
    int
        0 when nothing blocks the export, 1 when something does, 2 for wrong usage or input.
    """
    made = Parser(
        "check",
        "List what would block or endanger the conversion of a model, with the way out. Nothing is converted.",
        EPILOG,
    )
    made.add_argument("model", metavar="MODEL", type=Path, help="fitted model, as for the export")
    made.add_argument("--data", metavar="FILE", type=Path, help="rows like the training data: CSV or Parquet")
    made.add_argument("--target", metavar="COLUMN", action="append", default=[], help=TARGET_HELP)
    add_form(made)
    options = made.parse_args(arguments)
    console = Console()
    try:
        with Terminal(console) as progress, one_sentence():
            found = _found(options, progress)
    except ExportError as error:
        print_error(error, Console(stderr=True))
        return WRONG_INPUT
    if found:
        console.print(_table(found))
    blocking = sum(finding.blocks for finding in found)
    console.print(_verdict(options, blocking), highlight=False, soft_wrap=True)
    return REFUTED if blocking else DONE


def _found(options: argparse.Namespace, progress: Progress) -> list[Finding]:
    progress.step("Loading the converter")
    from model_export.checks import find_all  # noqa: PLC0415 - likewise
    from model_export.source.data.table import CsvForm, load_table  # noqa: PLC0415 - likewise
    from model_export.source.model import load  # noqa: PLC0415 - two seconds, after the arguments were found right
    from model_export.source.model.estimator import task_of  # noqa: PLC0415 - likewise
    from model_export.source.subject import (  # noqa: PLC0415 - likewise
        header_names,
        subject_with_data,
        subject_without_data,
    )

    progress.step("Looking at the model")
    model = load.load_model(options.model, progress)
    task_of(model)
    if options.data is None:
        return find_all(subject_without_data(model))
    table = load_table(options.data, CsvForm(options.separator, options.decimal), header_names(model, options.target))
    subject, _ = subject_with_data(model, [table], options.target, None)
    return find_all(subject)


def _table(found: Sequence[Finding]) -> Table:
    table = Table(title="Findings", title_justify="left", show_lines=True)
    for head in ("", "where", "what", "the way out"):
        table.add_column(head, overflow="fold")
    for finding in found:
        level = "[red]blocks[/red]" if finding.blocks else "[yellow]endangers[/yellow]"
        table.add_row(level, finding.place, finding.cause(), finding.mend)
    return table


def _verdict(options: argparse.Namespace, blocking: int) -> str:
    if blocking:
        return f"{options.model}: {blocking} finding{'s block' if blocking > 1 else ' blocks'} the export."
    data = options.data or "FILE"
    return (
        f"{options.model}: nothing blocks the export; its proof decides.\n"
        f"Next: python -m model_export {options.model} --data {data} --name NAME"
    )
