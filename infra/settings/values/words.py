"""Words: one of a few, true or false, a path, and names of features."""

from __future__ import annotations

import json

from infra.settings.values.rule import Rule, each_once, items, refused, shown


def choice(*allowed: str, reason: str = "") -> Rule:
    """Return the rule of one of a few words.

    Parameters
    ----------
    *allowed : str
        The words.
    reason : str
        Why no others are allowed; empty if that is obvious.
    """

    def parse(text: str) -> str:
        if text not in allowed:
            raise refused(text, "is not allowed")
        return text

    words = f"{', '.join(allowed[:-1])} or {allowed[-1]}"
    return Rule(expected=f"{words} ({reason})" if reason else words, parse=parse)


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise refused(text, "is not allowed")
    return text == "true"


FLAG = Rule(expected="true or false", parse=_flag)


def directory(expected: str, *, optional: bool = False) -> Rule:
    """Return the rule of a path; whether it exists is checked after all settings are read.

    Parameters
    ----------
    expected : str
        The values that are allowed.
    optional : bool
        Whether it may be empty.
    """

    def parse(text: str) -> str:
        if not text.strip() and not optional:
            raise ValueError("the path is empty")
        return text

    return Rule(expected=expected, parse=parse)


def feature_names(text: str) -> tuple[str, ...]:
    """Return names of features: a list with commas between, or JSON if a name has a comma.

    Raises
    ------
    ValueError
        It starts as JSON and is not a list of strings.
    """
    if not text.lstrip().startswith("["):
        return items(text)
    try:
        names = json.loads(text)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{shown(text)} is not a JSON list of names")
    return tuple(names)


def _features(text: str) -> str:
    each_once(feature_names(text))
    return text


FEATURES = Rule(
    expected="names of the model's features, with commas between or as a JSON list",
    parse=_features,
)
