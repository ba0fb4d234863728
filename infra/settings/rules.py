"""What the value of a setting may be: one class for each kind of value.

A rule reads the text that Pulumi holds and raises ``ValueError`` with the fault of the value, such
as ``64 is too small``; what is allowed is its ``expected``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Protocol

SHOWN = 40
"""Longest part of a wrong value that a message repeats, in characters."""


class Rule(Protocol):
    """How one setting is read."""

    @property
    def expected(self) -> str:
        """What is allowed, for people."""

    def read(self, text: str) -> str | int | float | bool:
        """Return the value, or raise ``ValueError`` with its fault."""


def shown(text: str) -> str:
    """Return a value as messages quote it: one line, of bounded length."""
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A whole number in a range.

    Parameters
    ----------
    minimum : int
        The smallest that is allowed.
    maximum : int, optional
        The largest that is allowed; None when nothing but a quota of the account limits it.
    source : str
        Whose limit it is.
    step : int
        The value is a multiple of this.
    """

    minimum: int
    maximum: int | None = None
    source: str = ""
    step: int = 1

    @property
    def expected(self) -> str:
        """What is allowed, for people."""
        span = f"{self.minimum} or more" if self.maximum is None else f"{self.minimum} to {self.maximum}"
        span += f" in steps of {self.step}" if self.step > 1 else ""
        return f"{span} ({self.source})" if self.source else span

    def read(self, text: str) -> int:
        """Return the number.

        Raises
        ------
        ValueError
            The text is no whole number, or is out of the range; the message says which.
        """
        if not re.fullmatch(r"[+-]?\d{1,18}", text.strip(), re.ASCII):
            raise ValueError(f"{shown(text)} is not a whole number")
        value = int(text)
        if value < self.minimum:
            raise ValueError(f"{value} is too small")
        if self.maximum is not None and value > self.maximum:
            raise ValueError(f"{value} is too large")
        if value % self.step:
            raise ValueError(f"{value} is not a multiple of {self.step}")
        return value


@dataclass(frozen=True, kw_only=True)
class Fraction:
    """A number from 0 to 1."""

    @property
    def expected(self) -> str:
        """What is allowed, for people."""
        return "0 to 1"

    def read(self, text: str) -> float:
        """Return the number.

        Raises
        ------
        ValueError
            The text is no number, or is out of the range; the message says which.
        """
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if math.isnan(value):
            raise ValueError(f"{shown(text)} is not a number")
        if value < 0:
            raise ValueError(f"{text.strip()} is too small")
        if value > 1:
            raise ValueError(f"{text.strip()} is too large")
        return value


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of a few words.

    Parameters
    ----------
    allowed : tuple of str
        The words.
    reason : str
        Why there are no others; empty when that is plain.
    """

    allowed: tuple[str, ...]
    reason: str = ""

    @property
    def expected(self) -> str:
        """What is allowed, for people."""
        words = f"{', '.join(self.allowed[:-1])} or {self.allowed[-1]}"
        return f"{words} ({self.reason})" if self.reason else words

    def read(self, text: str) -> str:
        """Return the word.

        Raises
        ------
        ValueError
            The text is none of the words.
        """
        if text not in self.allowed:
            raise ValueError(f"{shown(text)} is not allowed")
        return text


@dataclass(frozen=True, kw_only=True)
class WholeChoice:
    """One of a few whole numbers.

    Parameters
    ----------
    allowed : tuple of int
        The numbers, ascending.
    source : str
        Whose list it is.
    """

    allowed: tuple[int, ...]
    source: str

    @property
    def expected(self) -> str:
        """What is allowed, for people."""
        return f"{', '.join(map(str, self.allowed[:-1]))} or {self.allowed[-1]} ({self.source})"

    def read(self, text: str) -> int:
        """Return the number.

        Raises
        ------
        ValueError
            The text is none of the numbers.
        """
        found = [number for number in self.allowed if str(number) == text.strip()]
        if not found:
            raise ValueError(f"{shown(text)} is not allowed")
        return found[0]


@dataclass(frozen=True, kw_only=True)
class Flag:
    """``true`` or ``false``."""

    @property
    def expected(self) -> str:
        """What is allowed, for people."""
        return "true or false"

    def read(self, text: str) -> bool:
        """Return the truth value.

        Raises
        ------
        ValueError
            The text is neither.
        """
        if text not in ("true", "false"):
            raise ValueError(f"{shown(text)} is not allowed")
        return text == "true"


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """An identifier whose value is never repeated in a message, because it may be a secret.

    Parameters
    ----------
    kind : str
        What it identifies.
    pattern : str
        A regular expression for the whole text.
    expected : str
        What is allowed, for people.
    """

    kind: str
    pattern: str
    expected: str

    def read(self, text: str) -> str:
        """Return the identifier.

        Raises
        ------
        ValueError
            The text does not have the form; the message does not repeat it.
        """
        if text and not re.fullmatch(self.pattern, text):
            raise ValueError(f"the value is not {self.kind}")
        return text


@dataclass(frozen=True, kw_only=True)
class Directory:
    """A path, which is looked at when all settings are known.

    Parameters
    ----------
    optional : bool
        Whether it may be empty.
    """

    optional: bool = False

    @property
    def expected(self) -> str:
        """What is allowed, for people."""
        return "the directory of a model bundle, below bundles/"

    def read(self, text: str) -> str:
        """Return the path.

        Raises
        ------
        ValueError
            The text is empty.
        """
        if not text.strip() and not self.optional:
            raise ValueError("the path is empty")
        return text
