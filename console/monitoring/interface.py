"""The interface to the monitoring of a stack, and its types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

JsonObject = dict[str, Any]
"""A JSON object; its members are checked on reading."""

State = Literal["ALARM", "INSUFFICIENT_DATA", "OK"]
ALARM: State = "ALARM"
INSUFFICIENT_DATA: State = "INSUFFICIENT_DATA"
OK: State = "OK"
STATES: tuple[State, ...] = (ALARM, INSUFFICIENT_DATA, OK)
"""States of alarms, the most urgent first."""


class MonitoringError(Exception):
    """The stack's monitoring cannot be read; the message names the fix."""


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
        The stack's clock in UTC; that of a local stack may run faster than real time.
    place : str
        Where it runs, for display.
    """

    name: str
    region: str
    now: datetime
    place: str


@dataclass(frozen=True, kw_only=True)
class Series:
    """The datapoints of one series.

    Parameters
    ----------
    id : str
        Of the query.
    label : str
        Its name in the legend.
    times : tuple of datetime
        In UTC, ascending: the start of each period.
    values : tuple of float
        One for each time.
    """

    id: str
    label: str
    times: tuple[datetime, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """An alarm and its state.

    Parameters
    ----------
    name, arn, description : str
        As declared.
    state : str
        One of ``STATES``.
    reason : str
        The reason for the state.
    since : datetime or None
        When it entered the state, in UTC; None if it never had data, and so never left its first state.
    condition : str
        When it fires, in words.
    is_composite : bool
        Whether it combines other alarms.
    """

    name: str
    arn: str
    description: str
    state: State
    reason: str
    since: datetime | None
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
    """A message, as Slack shows it.

    Parameters
    ----------
    time : datetime
        In UTC.
    topic : str
        Name of the SNS topic.
    receivers : tuple of str
        Subscribers of the topic, such as ``slack:C0123``; empty when there are none, or when they are unknown.
    title, text : str
        Headline and body.
    color : str
        ``good``, ``warning`` or ``danger``.
    fields : tuple of (str, str)
        Titles and values below the body.
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
        The fields of each row; a row may lack some.
    records_scanned : int
        Number of records that the query read.
    """

    rows: tuple[dict[str, str], ...]
    records_scanned: int


@dataclass(frozen=True, kw_only=True)
class Published:
    """A published version of the function that predicts.

    Parameters
    ----------
    number : str
        Of the version, such as ``7``.
    model_version : str
        Version of the bundle that it serves.
    time : datetime
        When it was published, in UTC.
    share : float
        Share of the requests that go to it, 0 to 1: 0 unless it is live or a canary.
    """

    number: str
    model_version: str
    time: datetime
    share: float


class Monitoring(Protocol):
    """The monitoring of a stack. Every method may raise ``MonitoringError``."""

    is_billed: bool
    """Whether queries cost money, so that the console should not repeat them every few seconds."""
    shows_receivers: bool
    """Whether notifications are the messages as sent, not reconstructed from the alarms' history."""

    def about(self) -> Stack:
        """Return the stack and its clock."""
        ...

    def dashboard(self) -> JsonObject:
        """Return the body of the declared dashboard."""
        ...

    def metric_data(self, queries: Sequence[JsonObject], start: datetime, end: datetime) -> list[Series]:
        """Return the datapoints from ``start`` to ``end`` for queries in the format of GetMetricData."""
        ...

    def alarms(self) -> list[Alarm]:
        """Return the alarms, composites first."""
        ...

    def history(self) -> list[StateChange]:
        """Return the last changes of the alarms, newest first."""
        ...

    def notifications(self) -> list[Notification]:
        """Return the last messages, newest first."""
        ...

    def published(self) -> list[Published]:
        """Return the published versions of the function, newest first; a local stack publishes none."""
        ...

    def set_alarm_state(self, name: str, state: State, reason: str) -> None:
        """Set the state of an alarm until the next evaluation, as SetAlarmState does."""
        ...

    def query_log(self, query: str, start: datetime, end: datetime) -> LogAnswer:
        """Return the answer to a query of Logs Insights that begins with ``SOURCE``."""
        ...
