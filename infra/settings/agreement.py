"""Constraints between settings, and the subjects that declare settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field, fields
from typing import Any, NamedTuple, TypeAlias

Values: TypeAlias = Mapping[str, Any]
"""The values of settings, by field."""


class Disagreement(NamedTuple):
    """A conflict between settings.

    Parameters
    ----------
    name : str
        The field of the setting to fix.
    fault : str
        What is wrong with it.
    expected, example : str
        The allowed values and an example; empty for those of the setting itself.
    """

    name: str
    fault: str
    expected: str = ""
    example: str = ""


Check: TypeAlias = Callable[[Values, str], Iterator[Disagreement]]
"""Takes the values and the namespace of the keys."""


class Agreement(NamedTuple):
    """A check of several settings, which runs if each of them is valid on its own.

    Parameters
    ----------
    names : frozenset of str
        The fields that it reads.
    check : callable
        Yields the conflicts between them.
    """

    names: frozenset[str]
    check: Check


class Subject(NamedTuple):
    """The settings of one subject.

    Parameters
    ----------
    title : str
        Its heading on the page of the settings.
    settings : type
        A dataclass of settings; the first line of its docstring describes them.
    agreements : tuple of Agreement
        Constraints between its settings, and with those of other subjects.
    """

    title: str
    settings: type
    agreements: tuple[Agreement, ...] = ()


def agreement(*names: str) -> Callable[[Check], Agreement]:
    """Turn a function into the check of an agreement.

    Parameters
    ----------
    *names : str
        The fields that it reads.
    """
    return lambda check: Agreement(frozenset(names), check)


def key_of(name: str) -> str:
    """Return the configuration key of a field: ``memory_mb`` is ``memoryMb``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def fields_of(subjects: Iterable[Subject]) -> dict[str, Field[Any]]:
    """Return the fields that configuration sets, by key, subject by subject."""
    return {key_of(each.name): each for subject in subjects for each in fields(subject.settings)}


def disagreements(subjects: Iterable[Subject], values: Values, namespace: str) -> Iterator[Disagreement]:
    """Yield the conflicts between settings; an agreement that reads a missing value is skipped.

    Parameters
    ----------
    subjects : iterable of Subject
        Their agreements are checked.
    values : mapping of str to object
        The settings that are valid, by field.
    namespace : str
        Namespace of the keys.
    """
    for subject in subjects:
        for names, check in subject.agreements:
            if values.keys() >= names:
                yield from check(values, namespace)


def both_or_neither(first: str, second: str) -> Agreement:
    """Return the agreement that two settings are set together or not at all."""

    @agreement(first, second)
    def check(values: Values, namespace: str) -> Iterator[Disagreement]:
        given = [name for name in (first, second) if values[name]]
        if len(given) == 1:
            missing = second if given == [first] else first
            yield Disagreement(missing, f"is missing, while {namespace}:{key_of(given[0])} is set", "both or neither")

    return check


def needs(name: str, switch: str, off: object = "") -> Agreement:
    """Return the agreement that a setting is used only if another one is switched on.

    Parameters
    ----------
    name : str
        The field of the setting.
    switch : str
        The field of the one that must be true.
    off : object
        The value of the first that does not need the second.
    """

    @agreement(name, switch)
    def check(values: Values, namespace: str) -> Iterator[Disagreement]:
        if values[name] != off and not values[switch]:
            key = key_of(name)
            yield Disagreement(switch, f"is false, while {namespace}:{key} is set", f"true, or no {key}", "true")

    return check
