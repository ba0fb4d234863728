"""How long an alarm watches before it goes off, by setting for each alarm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from infra.settings.rules import shown

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
        So many of the last so many datapoints must be bad.
    """

    length_s: int
    evaluated: int
    to_alarm: int

    @property
    def span_s(self) -> int:
        """The longest time that CloudWatch looks back, in seconds."""
        return WEEK_S if self.length_s >= HOUR_S else DAY_S


DEFAULTS = {
    "server-errors": Periods(60, 5, 3),
    "client-errors": Periods(300, 3, 3),
    "errors": Periods(300, 1, 1),
    "error-rate": Periods(60, 5, 3),
    "throttles": Periods(60, 5, 3),
    "latency": Periods(300, 3, 2),
    "concurrency": Periods(60, 5, 3),
    # Three requests at least: the maximum of a period may be that of a lone one.
    "memory": Periods(300, 5, 3),
    "init-duration": Periods(300, 3, 3),
    "data-quality": Periods(300, 3, 2),
    # Mixes of callers change by the hour.
    "class-shares": Periods(HOUR_S, 6, 4),
}
"""By alarm; those of low-probability and no-traffic are settings of their own."""

MONITOR_ALARMS = ("feature-drift", "prediction-drift", "prediction-quality", "monitor-errors")
"""Their period is the interval of the model monitor: it gives one datapoint a run."""


def fault_of(periods: Periods) -> str:
    """Return what CloudWatch would refuse; empty when it takes the periods.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    if periods.length_s < 60 or periods.length_s % 60:  # noqa: PLR2004 - seconds of a minute
        return f"a period of {periods.length_s} s is not a multiple of 60 s"
    if not 1 <= periods.to_alarm <= periods.evaluated:
        return f"{periods.to_alarm} of {periods.evaluated} periods cannot be"
    if periods.length_s * periods.evaluated > periods.span_s:
        span = "one week" if periods.span_s == WEEK_S else "one day"
        return f"{periods.evaluated} periods of {periods.length_s} s are longer than {span}"
    return ""


@dataclass(frozen=True, kw_only=True)
class AlarmPeriods:
    """Periods of some alarms, such as ``errors=300/3/2, latency=60/10/5``."""

    @property
    def expected(self) -> str:
        """What is allowed, for people."""
        return f"ALARM=SECONDS/PERIODS/BAD, with commas between, for {', '.join(DEFAULTS)}"

    def read(self, text: str) -> str:
        """Return the text when each part can be read.

        Raises
        ------
        ValueError
            A part is malformed, names no alarm, or is more than CloudWatch takes.
        """
        parsed(text)
        return text


def parsed(text: str) -> dict[str, Periods]:
    """Return the periods by alarm.

    Raises
    ------
    ValueError
        As ``AlarmPeriods.read``.
    """
    found: dict[str, Periods] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        match = re.fullmatch(r"([a-z-]+)=(\d{1,6})/(\d{1,4})/(\d{1,4})", part, re.ASCII)
        if not match:
            raise ValueError(f"{shown(part)} is not ALARM=SECONDS/PERIODS/BAD")
        name, *numbers = match.groups()
        if name not in DEFAULTS:
            raise ValueError(f"there is no alarm {shown(name)}")
        found[name] = Periods(*map(int, numbers))
        if fault := fault_of(found[name]):
            raise ValueError(f"{name}: {fault}")
    return found
