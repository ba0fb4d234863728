"""What settings may be that are more than one word: lists, networks, addresses, schedules and names of others."""

from __future__ import annotations

import ipaddress
import json
import re
import zoneinfo
from dataclasses import dataclass

from infra.settings.rules import shown


def items(text: str) -> tuple[str, ...]:
    """Return the parts of a list with commas between."""
    return tuple(filter(None, (part.strip() for part in text.split(","))))


@dataclass(frozen=True, kw_only=True)
class Items:
    """A list with commas between; empty is allowed.

    Parameters
    ----------
    kind : str
        What one item is, such as ``an e-mail address``.
    pattern : str
        A regular expression for the whole of one item.
    expected : str
        What is allowed, for people.
    """

    kind: str
    pattern: str
    expected: str

    def read(self, text: str) -> str:
        """Return the text.

        Raises
        ------
        ValueError
            An item does not have the form, or stands twice.
        """
        found = items(text)
        for item in found:
            if not re.fullmatch(self.pattern, item, re.ASCII):
                raise ValueError(f"{shown(item)} is not {self.kind}")
            if found.count(item) > 1:
                raise ValueError(f"{shown(item)} stands twice")
        return text


def feature_names(text: str) -> tuple[str, ...]:
    """Return names of features: a list with commas between, or JSON where a name has a comma.

    Raises
    ------
    ValueError
        It begins as JSON and is no list of strings.
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


@dataclass(frozen=True, kw_only=True)
class FeatureNames:
    """Names of features, with commas between or as a JSON list; empty is allowed."""

    @property
    def expected(self) -> str:
        """What is allowed, for people."""
        return "names of the model's features, with commas between or as a JSON list"

    def read(self, text: str) -> str:
        """Return the text.

        Raises
        ------
        ValueError
            It begins as JSON and is no list of strings, or a name stands twice.
        """
        names = feature_names(text)
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{shown(name)} stands twice")
        return text


@dataclass(frozen=True, kw_only=True)
class One:
    """One word of a form; empty is allowed.

    Parameters
    ----------
    kind : str
        What it is, such as ``the id of a file system``.
    pattern : str
        A regular expression for the whole text.
    expected : str
        What is allowed, for people.
    """

    kind: str
    pattern: str
    expected: str

    def read(self, text: str) -> str:
        """Return the text.

        Raises
        ------
        ValueError
            The text does not have the form.
        """
        if text and not re.fullmatch(self.pattern, text, re.ASCII):
            raise ValueError(f"{shown(text)} is not {self.kind}")
        return text


IPV6 = 6


@dataclass(frozen=True, kw_only=True)
class Networks:
    """IP addresses and networks with commas between; empty is allowed.

    Parameters
    ----------
    ipv6 : bool
        Whether what they reach has addresses of IPv6 too.
    """

    ipv6: bool = True

    @property
    def expected(self) -> str:
        """What is allowed, for people."""
        return f"{'IPv4 or IPv6' if self.ipv6 else 'IPv4'} networks such as 203.0.113.0/24, with commas between"

    def read(self, text: str) -> str:
        """Return the text.

        Raises
        ------
        ValueError
            An item is no network, has bits set right of its mask, or is of IPv6 where that is not allowed.
        """
        for item in items(text):
            try:
                network = ipaddress.ip_network(item)
            except ValueError:
                raise ValueError(f"{shown(item)} is not a network") from None
            if network.version == IPV6 and not self.ipv6:
                raise ValueError(f"{shown(item)} is a network of IPv6, and what it reaches has addresses of IPv4")
        return text


@dataclass(frozen=True, kw_only=True)
class TimeZone:
    """The name of a time zone in the IANA database."""

    @property
    def expected(self) -> str:
        """What is allowed, for people."""
        return "a name of the IANA time zone database such as Europe/Berlin"

    def read(self, text: str) -> str:
        """Return the name.

        Raises
        ------
        ValueError
            There is no such time zone.
        """
        try:
            zoneinfo.ZoneInfo(text)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{shown(text)} is not a time zone") from None
        return text


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """So many warm execution environments from then on.

    Parameters
    ----------
    count : int
        How many; 0 ends the provision.
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


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Counts with the times from which they hold, such as ``2 = 30 5 * * ? *; 0 = 0 9 * * ? *``."""

    @property
    def expected(self) -> str:
        """What is allowed, for people."""
        return "COUNT = MINUTES HOURS DAY MONTH WEEKDAY YEAR, with semicolons between, as AWS writes cron"

    def read(self, text: str) -> str:
        """Return the text.

        Raises
        ------
        ValueError
            A part is malformed; the message names the field.
        """
        scheduled(text)
        return text


def scheduled(text: str) -> tuple[Scheduled, ...]:
    """Return the parts of a schedule.

    Raises
    ------
    ValueError
        As ``Schedule.read``.
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
