"""Times: a time zone, and counts that change on a schedule."""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass

from infra.settings.values.rule import Rule, refused, shown


def _time_zone(text: str) -> str:
    try:
        zoneinfo.ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise refused(text, "is not a time zone") from None
    return text


TIME_ZONE = Rule(expected="a name of the IANA time zone database such as Europe/Berlin", parse=_time_zone)


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """A number of warm execution environments from a time on.

    Parameters
    ----------
    count : int
        The number; 0 ends provisioned concurrency.
    cron : str
        The six fields of a cron expression of AWS.
    """

    count: int
    cron: str


# https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
_CRON_FIELDS = (
    ("minutes", 0, 59),
    ("hours", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 1, 7),
    ("year", 1970, 2199),
)
_NAMES = {
    "month": "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC",
    "day of the week": "SUN|MON|TUE|WED|THU|FRI|SAT",
}
_DAY_OF_MONTH, _DAY_OF_WEEK = 2, 4


def scheduled(text: str) -> tuple[Scheduled, ...]:
    """Return the parts of a schedule.

    Raises
    ------
    ValueError
        A part is malformed; the message names the field.
    """
    found = []
    for part in filter(None, (each.strip() for each in text.split(";"))):
        count, equals, cron = (each.strip() for each in part.partition("="))
        if not equals or not re.fullmatch(r"\d{1,5}", count, re.ASCII):
            raise ValueError(f"{shown(part)} is not COUNT = CRON")
        _check_cron(cron)
        found.append(Scheduled(count=int(count), cron=" ".join(cron.split())))
    return tuple(found)


def _check_cron(cron: str) -> None:
    parts = cron.upper().split()
    if len(parts) != len(_CRON_FIELDS):
        raise ValueError(f"the cron expression {shown(cron)} has {len(parts)} fields, not {len(_CRON_FIELDS)}")
    for part, (name, minimum, maximum) in zip(parts, _CRON_FIELDS, strict=True):
        if not all(_is_cron_item(item, name, minimum, maximum) for item in part.split(",")):
            raise ValueError(f"the {name} {shown(part)} of the cron expression is wrong")
    if (parts[_DAY_OF_MONTH] == "?") == (parts[_DAY_OF_WEEK] == "?"):
        raise ValueError(f"the cron expression {shown(cron)} must have ? for either of the two days")


def _is_cron_item(item: str, name: str, minimum: int, maximum: int) -> bool:
    if item == "?":
        return name.startswith("day")
    word = rf"\d{{1,4}}|{_NAMES[name]}" if name in _NAMES else r"\d{1,4}"
    if not re.fullmatch(rf"(\*|({word})(-({word}))?)(/\d{{1,4}})?", item, re.ASCII):
        return False
    numbers = [int(number) for number in re.findall(r"\d+", item.partition("/")[0])]
    return all(minimum <= number <= maximum for number in numbers)


def _schedule(text: str) -> str:
    scheduled(text)
    return text


SCHEDULE = Rule(
    expected="COUNT = MINUTES HOURS DAY MONTH WEEKDAY YEAR, with semicolons between, as AWS writes cron",
    parse=_schedule,
)
"""Counts with the times from which they apply, such as ``2 = 30 5 * * ? *; 0 = 0 9 * * ? *``."""
