"""Numbers: whole ones in a range or from a list, and fractions."""

from __future__ import annotations

import math
import re

from infra.settings.values.rule import Rule, refused


def whole(minimum: int, maximum: int | None = None, *, source: str = "", step: int = 1) -> Rule:
    """Return the rule of a whole number in a range.

    Parameters
    ----------
    minimum : int
        The smallest allowed number.
    maximum : int, optional
        The largest allowed number; None if only a quota of the account limits it.
    source : str
        Whose limit it is.
    step : int
        The value must be a multiple of this.
    """

    def parse(text: str) -> int:
        if not re.fullmatch(r"[+-]?\d{1,18}", text.strip(), re.ASCII):
            raise refused(text, "is not a whole number")
        value = int(text)
        if value < minimum:
            raise ValueError(f"{value} is too small")
        if maximum is not None and value > maximum:
            raise ValueError(f"{value} is too large")
        if value % step:
            raise ValueError(f"{value} is not a multiple of {step}")
        return value

    span = f"{minimum} or more" if maximum is None else f"{minimum} to {maximum}"
    span += f" in steps of {step}" if step > 1 else ""
    return Rule(expected=f"{span} ({source})" if source else span, parse=parse)


def whole_choice(allowed: tuple[int, ...], source: str) -> Rule:
    """Return the rule of a whole number from a list.

    Parameters
    ----------
    allowed : tuple of int
        The numbers, ascending.
    source : str
        Whose list it is.
    """

    def parse(text: str) -> int:
        found = [number for number in allowed if str(number) == text.strip()]
        if not found:
            raise refused(text, "is not allowed")
        return found[0]

    return Rule(expected=f"{', '.join(map(str, allowed[:-1]))} or {allowed[-1]} ({source})", parse=parse)


def _fraction(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise refused(text, "is not a number")
    if value < 0:
        raise ValueError(f"{text.strip()} is too small")
    if value > 1:
        raise ValueError(f"{text.strip()} is too large")
    return value


FRACTION = Rule(expected="0 to 1", parse=_fraction)
POSITIVE = whole(1)
NOT_NEGATIVE = whole(0)
