"""The functions of the query language over the values of a record."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from local_stack.monitoring.insights.records import Value, number, text

if TYPE_CHECKING:
    from collections.abc import Callable


def _numeric(function: Callable[[float], float]) -> Callable[[list[Value]], Value]:
    def call(values: list[Value]) -> Value:
        value = number(values[0])
        return None if value is None else float(function(value))

    return call


def _substr(values: list[Value]) -> Value:
    start = int(number(values[1]) or 0)
    end = start + int(number(values[2]) or 0) if len(values) > 2 else None  # noqa: PLR2004 - the length is optional
    return text(values[0])[start:end]


FUNCTIONS: dict[str, Callable[[list[Value]], Value]] = {
    "abs": _numeric(abs),
    "ceil": _numeric(math.ceil),
    "floor": _numeric(math.floor),
    "coalesce": lambda values: next((value for value in values if value is not None), None),
    "concat": lambda values: "".join(map(text, values)),
    "greatest": lambda values: max((each for each in map(number, values) if each is not None), default=None),
    "least": lambda values: min((each for each in map(number, values) if each is not None), default=None),
    "isblank": lambda values: float(not text(values[0]).strip()),
    "isempty": lambda values: float(not text(values[0])),
    "ispresent": lambda values: float(values[0] is not None),
    "replace": lambda values: text(values[0]).replace(text(values[1]), text(values[2])),
    "strcontains": lambda values: float(text(values[1]) in text(values[0])),
    "strlen": lambda values: float(len(text(values[0]))),
    "substr": _substr,
    "tolower": lambda values: text(values[0]).lower(),
    "toupper": lambda values: text(values[0]).upper(),
    "trim": lambda values: text(values[0]).strip(),
}
"""By name, in lower case; each takes the values of its arguments."""
