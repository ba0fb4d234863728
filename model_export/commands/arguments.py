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


def print_error(error: ExportError, console: Console) -> None:
    """Print the sentence of an error as it is."""
    console.print(f"error: {error}", highlight=False, markup=False, soft_wrap=True)
