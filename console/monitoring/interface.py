"""What the console shows of a stack, wherever the stack runs: one interface, and the words it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

JsonObject = dict[str, Any]
"""A JSON object whose members are checked where they are read."""

State = Literal["ALARM", "INSUFFICIENT_DATA", "OK"]
ALARM: State = "ALARM"
INSUFFICIENT_DATA: State = "INSUFFICIENT_DATA"
OK: State = "OK"
STATES: tuple[State, ...] = (ALARM, INSUFFICIENT_DATA, OK)
"""Of alarms, the most urgent first."""


class MonitoringError(Exception):
    """The stack's monitoring cannot be read; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack, and its clock.

    Parameters
    ----------
    name : str
        Of the Pulumi stack, such as ``dev``.
    region : str
        The AWS region, for a local stack the declared one.
    now : datetime
        The stack's clock in UTC; a local one may run faster than time.
    place : str
        Where it runs, for people.
    """

    name: str
    region: str
    now: datetime
    place: str


@dataclass(frozen=True, kw_only=True)
class Series:
    """The datapoints of one line.

    Parameters
    ----------
    id : str
        Of the query that was asked.
    label : str
        Its name in the legend.
    times : tuple of datetime
        In UTC, ascending: the beginning of each period.
    values : tuple of float
        One for each time.
    """

    id: str
    label: str
    times: tuple[datetime, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """An alarm as it stands.

    Parameters
    ----------
    name, arn, description : str
        As declared.
    state : str
        One of ``STATES``.
    reason : str
        Why it has that state.
    since : datetime
        When it took the state, in UTC.
    condition : str
        When it goes off, in words.
    is_composite : bool
        Whether it is made of other alarms.
    """

    name: str
    arn: str
    description: str
    state: State
    reason: str
    since: datetime
    condition: str
    is_composite: bool


@dataclass(frozen=True, kw_only=True)
class StateChange:
    """A change of an alarm's state.

    Parameters
    ----------
    alarm : str
        Its name.
    time : datetime
        In UTC.
    summary : str
        Such as ``Alarm updated from OK to ALARM``.
    """

    alarm: str
    time: datetime
    summary: str


@dataclass(frozen=True, kw_only=True)
class Notification:
    """What an alarm told, as Slack shows it.

    Parameters
    ----------
    time : datetime
        In UTC.
    topic : str
        Name of the SNS topic.
    receivers : tuple of str
        Who hears the topic, such as ``slack:C0123``; empty when nobody does, or nobody can say.
    title, text : str
        Headline and body.
    color : str
        ``good``, ``warning`` or ``danger``.
    fields : tuple of (str, str)
        What stands below the body: titles and values.
    """

    time: datetime
    topic: str
    receivers: tuple[str, ...]
    title: str
    text: str
    color: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class LogAnswer:
    """The answer to a query of the log.

    Parameters
    ----------
    rows : tuple of dict of str to str
        The fields of each row; those that a row lacks are absent.
    records_scanned : int
        How many records were read for it.
    """

    rows: tuple[dict[str, str], ...]
    records_scanned: int


class Monitoring(Protocol):
    """What can be asked of a stack. Every method raises ``MonitoringError``."""

    is_billed: bool
    """Whether asking costs money, so that nobody should ask every few seconds."""
    shows_receivers: bool
    """Whether notifications are known as they were sent, not as the alarms' history lets tell them."""

    def about(self) -> Stack:
        """Return the stack and its clock."""
        ...

    def dashboard(self) -> JsonObject:
        """Return the body of the declared dashboard."""
        ...

    def metric_data(self, queries: Sequence[JsonObject], start: datetime, end: datetime) -> list[Series]:
        """Return the datapoints from ``start`` to ``end`` for queries as GetMetricData takes them."""
        ...

    def alarms(self) -> list[Alarm]:
        """Return the alarms, composites first."""
        ...

    def history(self) -> list[StateChange]:
        """Return the last changes of the alarms, newest first."""
        ...

    def notifications(self) -> list[Notification]:
        """Return what was told last, newest first."""
        ...

    def set_alarm_state(self, name: str, state: State, reason: str) -> None:
        """Put an alarm into a state until it is evaluated again, as SetAlarmState does."""
        ...

    def query_log(self, query: str, start: datetime, end: datetime) -> LogAnswer:
        """Return the answer to a query of Logs Insights with its ``SOURCE`` in front."""
        ...
