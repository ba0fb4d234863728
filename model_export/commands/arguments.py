"""What the subcommands have in common: exit codes, and a parser that errs in one sentence."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from rich.console import Console

    from model_export.errors import ExportError

DONE: Final = 0
REFUTED: Final = 1
WRONG_INPUT: Final = 2

TARGET_HELP: Final = "column of the data that holds the labels; of several targets once for each, in their order"


class Parser(argparse.ArgumentParser):
    """A parser whose help keeps its line breaks, and whose errors are one sentence.

    Parameters
    ----------
    command : str
        What follows ``python -m model_export``; empty for the export itself.
    description, epilog : str
        As argparse takes them.
    """

    def __init__(self, command: str, description: str, epilog: str) -> None:
        super().__init__(
            prog=f"python -m model_export {command}".strip(),
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def error(self, message: str) -> NoReturn:
        """Exit with one sentence and the place where help is."""
        self.exit(WRONG_INPUT, f"error: {message}. Help: {self.prog} --help\n")


def add_form(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how CSV files are written."""
    parser.add_argument(
        "--separator", metavar="MARK", type=_separator, default=",", help="between the cells of CSV files: , ; | or tab"
    )
    parser.add_argument(
        "--decimal", metavar="MARK", choices=(".", ","), default=".", help="decimal mark of the numbers in CSV files"
    )


def _separator(text: str) -> str:
    found = "\t" if text in {"tab", "\\t"} else text
    if len(found) != 1 or found in '"\n\r':
        raise argparse.ArgumentTypeError(f"expected one character such as ';', or tab; got {text!r}")
    return found


def minutes(text: str) -> float:
    """Return a number of minutes.

    Raises
    ------
    ArgumentTypeError
        It is none, or below 0.
    """
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number of minutes, such as 10; got {text!r}")
    return found


def print_error(error: ExportError, console: Console) -> None:
    """Print the sentence of an error as it is."""
    console.print(f"error: {error}", highlight=False, markup=False, soft_wrap=True)
