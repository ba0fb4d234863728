"""Command-line parsing for all commands of this package: errors in one sentence, and types of numbers."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

N = TypeVar("N", int, float)

WRONG_USAGE = 2

LONGEST_MS = 900_000
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html"""

MOST_DIGITS = 18
"""Most digits of a whole number: no amount here needs more, and Python rejects numbers of thousands of digits."""

LONGEST_SHOWN = 40
"""Characters of a wrong value that a message quotes at most."""


class Parser(argparse.ArgumentParser):
    """A parser whose help keeps its line breaks, and whose errors are one sentence."""

    def __init__(self, prog: str, description: str, epilog: str) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def error(self, message: str) -> NoReturn:
        """Exit with one sentence and a hint to --help."""
        self.exit(WRONG_USAGE, f"error: {message}. Help: {self.prog} --help\n")


def count(text: str) -> int:
    """Read a whole number above 0.

    Raises
    ------
    argparse.ArgumentTypeError
        It is none.
    """
    if not text.isdecimal() or len(text) > MOST_DIGITS or int(text) == 0:
        raise argparse.ArgumentTypeError(
            f"expected a whole number above 0 with at most {MOST_DIGITS} digits, not {_shown(text)}"
        )
    return int(text)


def whole(text: str) -> int:
    """Read a whole number that is not below 0.

    Raises
    ------
    argparse.ArgumentTypeError
        It is none.
    """
    if not text.isdecimal() or len(text) > MOST_DIGITS:
        raise argparse.ArgumentTypeError(
            f"expected a whole number of 0 or more with at most {MOST_DIGITS} digits, not {_shown(text)}"
        )
    return int(text)


def up_to(most: int, reason: str, read: Callable[[str], N]) -> Callable[[str], N]:
    """Return a parser like ``read`` that rejects numbers above a maximum.

    Parameters
    ----------
    most : int
        The largest allowed number.
    reason : str
        The reason for the limit, in a few words.
    read : callable
        Such as ``count``.
    """

    def limited(text: str) -> N:
        value = read(text)
        if value > most:
            raise argparse.ArgumentTypeError(f"expected at most {most:,} ({reason}), not {_shown(text)}")
        return value

    return limited


def milliseconds(text: str) -> float:
    """Read a duration of a function.

    Raises
    ------
    argparse.ArgumentTypeError
        It is none, or longer than AWS Lambda lets a function run.
    """
    return up_to(LONGEST_MS, "AWS Lambda stops a function after 15 minutes", positive)(text)


def positive(text: str) -> float:
    """Read a number above 0.

    Raises
    ------
    argparse.ArgumentTypeError
        It is none.
    """
    value = _number(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number above 0, not {_shown(text)}")
    return value


def share(text: str) -> float:
    """Read a share from 0 to 1.

    Raises
    ------
    argparse.ArgumentTypeError
        It is none.
    """
    value = _number(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected a share from 0 to 1, not {_shown(text)}")
    return value


def _shown(text: str) -> str:
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}...")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
