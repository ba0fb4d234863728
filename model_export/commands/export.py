"""The export command: arguments, exit codes and what is printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from inference_lib.contract.document import IGNORE, REFUSE
from model_export.commands.arguments import (
    DONE,
    REFUTED,
    TARGET_HELP,
    WRONG_INPUT,
    Parser,
    add_form,
    minutes,
    print_error,
)
from model_export.commands.summary import print_summary
from model_export.errors import ExportError
from model_export.evaluation.memory import TooLittleMemory
from model_export.progress import Terminal
from model_export.proof.report import ProofFailed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from model_export.api import Exported
    from model_export.proof.report import ParityReport

EXAMPLES = """\
examples:
  python -m model_export model.joblib --data held_out.csv --name sleep_advice
      writes bundles/sleep_advice/VERSION/

  python -m model_export model.joblib --data held_out.csv --name sleep_advice --target advice \\
      --features features.yaml --reference training.parquet
      computes metrics from the labels, takes descriptions, units and allowed ranges from the
      features file, and observed ranges from the training data

other commands, each with a --help of its own:
  python -m model_export check model.joblib
      lists what would block or endanger the conversion, with the way out, and converts nothing
  python -m model_export verify bundles/sleep_advice
  python -m model_export serve bundles/sleep_advice
      proves a bundle again where it is: hashes and golden answers
  python -m model_export list
      shows the bundles with version, date, size and metrics
  python -m model_export diff bundles/sleep_advice/VERSION bundles/sleep_advice
      shows what changed between two bundles
  python -m model_export profile --from capture
      makes a new reference profile from captured requests

a features file:
  sleep_hours:
    description: Time asleep in the last night
    unit: h
    minimum: 0
    maximum: 24

exit codes: 0 done, 1 the proof failed and nothing was written, 2 wrong usage or input
"""


MODEL_HELP = (
    "fitted model: .joblib or .pkl (loading one runs the code inside it), .skops (runs none), "
    ".json or .ubj of XGBoost, .txt of LightGBM, or a ready .onnx"
)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the export command."""
    made = Parser(
        "",
        "Turn a fitted scikit-learn model into a bundle that serves without scikit-learn, "
        "and prove that both give the same answers.",
        EXAMPLES,
    )
    made.add_argument("model", metavar="MODEL", type=Path, help=MODEL_HELP)
    made.add_argument(
        "--data", metavar="FILE", type=Path, required=True, help="rows like the training data, CSV or Parquet"
    )
    made.add_argument("--name", metavar="NAME", required=True, help="name of the model, such as sleep_advice")
    made.add_argument("--target", metavar="COLUMN", action="append", default=[], help=TARGET_HELP)
    made.add_argument(
        "--out", metavar="DIR", type=Path, default=Path("bundles"), help="directory of the bundles (default: bundles)"
    )
    made.add_argument("--features", metavar="FILE", type=Path, help="YAML: description, unit, minimum, maximum, ...")
    made.add_argument("--description", metavar="TEXT", default="", help="one sentence about the model")
    made.add_argument(
        "--reference", metavar="FILE", type=Path, help="rows for observed ranges and drift profile (default: the data)"
    )
    add_form(made)
    made.add_argument(
        "--unknown-features",
        choices=(REFUSE, IGNORE),
        default=REFUSE,
        help="whether callers may send features that the model does not have (default: refuse)",
    )
    made.add_argument(
        "--hunt",
        metavar="MINUTES",
        type=minutes,
        default=0.0,
        help="look so long for rows on which graph and model differ, beyond the fixed number of every export",
    )
    return made


def main(arguments: Sequence[str]) -> int:
    """Export a model.

    Parameters
    ----------
    arguments : sequence of str
        As ``--help`` tells.

    Returns
    -------
    int
        0 done, 1 the proof failed, 2 wrong usage or input.
    """
    options = parser().parse_args(arguments)
    console, errors = Console(), Console(stderr=True)
    try:
        with Terminal(console) as progress:
            exported = _export(options, progress)
    except ProofFailed as error:
        print_error(error, errors)
        errors.print(worst_rows(error.report))
        return REFUTED
    except ExportError as error:
        print_error(error, errors)
        return WRONG_INPUT
    except MemoryError:
        print_error(TooLittleMemory(options.model), errors)
        return WRONG_INPUT
    print_summary(exported, console)
    return DONE


def _export(options: argparse.Namespace, progress: Terminal) -> Exported:
    progress.step("Loading the converter")
    from model_export.api import export  # noqa: PLC0415 - two seconds, after the arguments were found right
    from model_export.source.data.table import CsvForm  # noqa: PLC0415 - likewise

    return export(
        options.model,
        options.data,
        name=options.name,
        target=options.target,
        out=options.out,
        features=options.features,
        description=options.description,
        reference=options.reference,
        form=CsvForm(options.separator, options.decimal),
        unknown_features=options.unknown_features,
        hunt_minutes=options.hunt,
        progress=progress,
    )


def worst_rows(report: ParityReport) -> Table:
    """Return the first rows outside the tolerance as a table: features down, rows across."""
    table = Table(title="First rows outside the tolerance", title_justify="left")
    table.add_column("feature", style="bold")
    for each in report.worst:
        table.add_column(each.note, overflow="fold")
    for name in report.worst[0].instance:
        table.add_row(name, *(str(each.instance[name]) for each in report.worst))
    table.add_section()
    table.add_row("difference", *(each.said for each in report.worst))
    return table
