"""Periods of alarms: the number of datapoints that make an alarm fire, and their length."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from infra.settings.values.rule import Rule, refused, shown

if TYPE_CHECKING:
    from collections.abc import Collection

MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 24 * HOUR_S
WEEK_S = 7 * DAY_S


class Periods(NamedTuple):
    """The periods of an alarm.

    Parameters
    ----------
    length_s : int, seconds
        Length of a datapoint.
    evaluated, to_alarm : int
        The alarm fires when ``to_alarm`` of the last ``evaluated`` datapoints are breaching.
    """

    length_s: int
    evaluated: int
    to_alarm: int

    @property
    def span_s(self) -> int:
        """The longest time that CloudWatch looks back, in seconds."""
        return WEEK_S if self.length_s >= HOUR_S else DAY_S


def fault_of(periods: Periods) -> str:
    """Return why CloudWatch would reject the periods; empty if it accepts them.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    if periods.length_s < MINUTE_S or periods.length_s % MINUTE_S:
        return f"a period of {periods.length_s} s is not a multiple of 60 s"
    if not 1 <= periods.to_alarm <= periods.evaluated:
        return f"{periods.to_alarm} of {periods.evaluated} periods is impossible"
    if periods.length_s * periods.evaluated > periods.span_s:
        span = "one week" if periods.span_s == WEEK_S else "one day"
        return f"{periods.evaluated} periods of {periods.length_s} s are longer than {span}"
    return ""


def alarm_periods(alarms: Collection[str]) -> Rule:
    """Return the rule of periods of some alarms, such as ``errors=300/3/2, latency=60/10/5``.

    Parameters
    ----------
    alarms : collection of str
        Names of the alarms whose periods can be set.
    """

    def parse(text: str) -> str:
        for name, periods in parsed(text).items():
            if name not in alarms:
                raise ValueError(f"there is no alarm {shown(name)}")
            if fault := fault_of(periods):
                raise ValueError(f"{name}: {fault}")
        return text

    return Rule(expected=f"ALARM=SECONDS/PERIODS/BAD, with commas between, for {', '.join(alarms)}", parse=parse)


def parsed(text: str) -> dict[str, Periods]:
    """Return the periods by alarm.

    Raises
    ------
    ValueError
        A part is malformed.
    """
    found: dict[str, Periods] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        match = re.fullmatch(r"([a-z-]+)=(\d{1,6})/(\d{1,4})/(\d{1,4})", part, re.ASCII)
        if not match:
            raise refused(part, "is not ALARM=SECONDS/PERIODS/BAD")
        name, *numbers = match.groups()
        found[name] = Periods(*map(int, numbers))
    return found
