"""The message about an alarm: what happened, since when, how bad, the likely cause, and where to look.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from inference_lib.monitor.notices import DASHBOARD, Link, Notice, dashboard_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALARM: Final = "ALARM"
FIRED: Final = f"alarm-{ALARM}"
"""``eventType`` of the message about an alarm that fires."""
RECENT_S: Final = 3600.0
"""A deployment in the hour before an alarm is its likely cause, in seconds."""

_MARKS: Final[Mapping[str, str]] = {ALARM: "🔴", "OK": "✅"}
_URGENCY: Final[Mapping[str, str]] = {"page": "act now", "info": "look today"}
_MOST_ALARMS: Final = 5
_AFTER_S: Final = 900.0
_RUNBOOK: Final = " Runbook: "
# The reason of a state has one form: "... datapoints [0.62 (28/11/26 18:20:00), ...] ... the threshold (0.5) ..." [1]_.
_DATAPOINT: Final = re.compile(r"(-?[\d.]+(?:[eE][+-]?\d+)?) \((\d\d/\d\d/\d\d \d\d:\d\d:\d\d)\)")
_THRESHOLD: Final = re.compile(r"threshold \((-?[\d.]+(?:[eE][+-]?\d+)?)\)")


class Stack(NamedTuple):
    """What a message says of the stack.

    Parameters
    ----------
    name : str
        Name of the stack, such as ``dev``.
    dashboard : str
        Address of its dashboard.
    deployed : float, seconds since the epoch
        Time of the last deployment of the function; 0 when unknown.
    version : str
        The version that it published; empty when unknown.
    """

    name: str
    dashboard: str
    deployed: float = 0.0
    version: str = ""


class Breach(NamedTuple):
    """A metric alarm in the state ALARM.

    Parameters
    ----------
    name : str
        Of the alarm, without the prefix of the stack.
    description : str
        As declared: the meaning, then the address of the section of the runbook.
    reason : str
        As CloudWatch gives it, with the datapoints and the threshold.
    """

    name: str
    description: str
    reason: str

    @property
    def meaning(self) -> str:
        """What has happened, and what to do first."""
        return self.description.partition(_RUNBOOK)[0]

    @property
    def runbook(self) -> str:
        """Address of the section of the runbook; empty if the description has none."""
        return self.description.partition(_RUNBOOK)[2]

    @property
    def datapoints(self) -> list[tuple[float, str]]:
        """Time and value of the breaching datapoints, oldest first."""
        return sorted((_moment(time), value) for value, time in _DATAPOINT.findall(self.reason))

    @property
    def extent(self) -> str:
        """How bad it is: the last value and the threshold, or the reason where it has no such numbers."""
        points, threshold = self.datapoints, _THRESHOLD.search(self.reason)
        if not points or threshold is None:
            return self.reason
        return f"value {_short(points[-1][1])}, threshold {_short(threshold[1])}, since {_clock(points[0][0])}"


class Change(NamedTuple):
    """A notifying alarm that has just changed its state.

    Parameters
    ----------
    name : str
        Of the alarm, without the prefix of the stack.
    arn : str
        Of the alarm.
    severity : {"page", "info"}
        Whether to act now.
    state : {"OK", "ALARM"}
        The new state.
    reason : str
        Of the change.
    time, before : float, seconds since the epoch
        When it changed, and when it entered the state before; 0 when unknown.
    breaches : tuple of Breach
        The metric alarms in ALARM: itself, or those below a composite alarm.
    """

    name: str
    arn: str
    severity: str
    state: str
    reason: str
    time: float
    before: float
    breaches: tuple[Breach, ...]


def alarm_notice(change: Change, stack: Stack) -> Notice:
    """Return the message about a change of an alarm.

    Parameters
    ----------
    change : Change
        The alarm and the states.
    stack : Stack
        Its stack.
    """
    title = f"{stack.name}: {_what(change)}"
    since = min([each.datapoints[0][0] for each in change.breaches if each.datapoints], default=change.time)
    start = min(since, change.before or since) if change.state != ALARM else since
    return Notice(
        title,
        _fired(change, stack) if change.state == ALARM else _ended(change),
        [],
        mark=_MARKS.get(change.state, "❔"),
        links=[
            Link(DASHBOARD, dashboard_at(stack.dashboard, start - RECENT_S, change.time + _AFTER_S)),
            *(Link(f"Runbook: {each.name}", each.runbook) for each in _shown(change.breaches) if each.runbook),
        ],
        keywords=[stack.name, change.severity, *(each.name for each in _shown(change.breaches))],
        metadata={
            "threadId": change.arn,
            "summary": title,
            "eventType": f"alarm-{change.state}",
            "relatedResources": [change.arn],
            "additionalContext": {"stack": stack.name, "severity": change.severity, "alarm": change.name},
        },
    )


def _what(change: Change) -> str:
    urgency = _URGENCY.get(change.severity, change.severity)
    if change.state != ALARM:
        return f"{change.name} is OK again"
    names = [each.name for each in change.breaches] or [change.name]
    more = [f"and {len(names) - _MOST_ALARMS} more"] if len(names) > _MOST_ALARMS else []
    return f"{', '.join([*names[:_MOST_ALARMS], *more])} ({change.severity}: {urgency})"


def _fired(change: Change, stack: Stack) -> list[str]:
    lines = []
    for each in _shown(change.breaches):
        lines += [f"{each.name}: {each.meaning}", f"How bad: {each.extent}"]
    lines = lines or [change.reason]
    lines.append(f"In alarm since {_clock(change.time)}")
    age = change.time - stack.deployed
    if stack.deployed and 0 <= age <= RECENT_S:
        version = f"version {stack.version} of the function" if stack.version else "the function"
        lines.append(
            f"Likely cause: {version} was deployed at {_clock(stack.deployed)}, {age / 60:.0f} min before the alarm"
        )
    return lines


def _ended(change: Change) -> list[str]:
    if not change.before:
        return [change.reason]
    minutes = (change.time - change.before) / 60
    return [f"In alarm from {_clock(change.before)} to {_clock(change.time)}, {minutes:.0f} min", change.reason]


def _shown(breaches: Sequence[Breach]) -> Sequence[Breach]:
    return breaches[:_MOST_ALARMS]


def _clock(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%d %b %H:%M} UTC"


def _moment(text: str) -> float:
    return datetime.strptime(text, "%d/%m/%y %H:%M:%S").replace(tzinfo=UTC).timestamp()


def _short(number: str) -> str:
    return f"{float(number):.4g}"
