"""The rule of a value: parse the text of the configuration, or raise an error with the fault."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Value: TypeAlias = str | int | float | bool

SHOWN = 40
"""Characters of a wrong value that a message quotes at most."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How one setting is parsed.

    Parameters
    ----------
    expected : str
        The allowed values, as messages and the page of the settings describe them.
    parse : callable
        Takes the text and returns the value, or raises ``ValueError`` with the fault, such as ``64 is too small``.
    is_secret : bool
        Whether the value may be a secret: no message quotes it, and ``--secret`` sets it.
    """

    expected: str
    parse: Callable[[str], Value]
    is_secret: bool = False

    def read(self, text: str) -> Value:
        """Return the value of a setting.

        Raises
        ------
        ValueError
            The text is not allowed; the message is the fault, without the key.
        """
        return self.parse(text)


def shown(text: str) -> str:
    """Return a value as messages quote it: one line, of bounded length."""
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


def refused(text: str, reason: str) -> ValueError:
    """Return the error that quotes a value and gives the reason."""
    return ValueError(f"{shown(text)} {reason}")


def items(text: str) -> tuple[str, ...]:
    """Return the parts of a list with commas between."""
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def each_once(found: tuple[str, ...]) -> None:
    """Check that no item of a list is repeated.

    Raises
    ------
    ValueError
        An item is listed twice.
    """
    for item in found:
        if found.count(item) > 1:
            raise refused(item, "is listed twice")


def required(rule: Rule) -> Rule:
    """Return a rule that rejects an empty value."""

    def parse(text: str) -> Value:
        if not text.strip():
            raise ValueError("is missing")
        return rule.parse(text)

    return replace(rule, parse=parse)


def word_of(kind: str, pattern: str, expected: str) -> Rule:
    """Return the rule of a word that matches a pattern; empty is allowed.

    Parameters
    ----------
    kind : str
        What it is, such as ``the id of a file system``.
    pattern : str
        A regular expression for the whole text.
    expected : str
        The values that are allowed.
    """

    def parse(text: str) -> str:
        if text and not re.fullmatch(pattern, text, re.ASCII):
            raise refused(text, f"is not {kind}")
        return text

    return Rule(expected=expected, parse=parse)


def secret_of(kind: str, pattern: str, expected: str) -> Rule:
    """Return the rule of a word that messages never quote; empty is allowed.

    Parameters
    ----------
    kind : str
        What it is, such as ``a key``.
    pattern : str
        A regular expression for the whole text.
    expected : str
        The values that are allowed.
    """

    def parse(text: str) -> str:
        if text and not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(f"the value is not {kind}")
        return text

    return Rule(expected=expected, parse=parse, is_secret=True)


def list_of(kind: str, pattern: str, expected: str) -> Rule:
    """Return the rule of a list with commas between, each item once; empty is allowed.

    Parameters
    ----------
    kind : str
        What one item is, such as ``an e-mail address``.
    pattern : str
        A regular expression for the whole of one item.
    expected : str
        The values that are allowed.
    """

    def parse(text: str) -> str:
        found = items(text)
        for item in found:
            if not re.fullmatch(pattern, item, re.ASCII):
                raise refused(item, f"is not {kind}")
        each_once(found)
        return text

    return Rule(expected=expected, parse=parse)
