"""The monitoring of a local stack, over its HTTP API."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import httpx

from console.monitoring.answers import alarms_of, changes_of, log_answer_of, series_of, time_of
from console.monitoring.interface import MonitoringError, Stack
from console.monitoring.memory import AnswerMemory
from console.monitoring.messages import Sent, notification_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from console.monitoring.interface import (
        Alarm,
        JsonObject,
        LogAnswer,
        Notification,
        Published,
        Series,
        State,
        StateChange,
    )

_TIMEOUT_S = 30.0
_ANSWER_KEPT_S = 30.0


class LocalMonitoring:
    """A local stack's ``/_local`` API.

    The answer to a log query is cached for half a minute, because the stack reads its whole log for it.

    Parameters
    ----------
    api_url : str
        Address of the stage, such as ``http://127.0.0.1:8080/dev``; the same server answers ``/_local``.
    """

    is_billed = False
    shows_receivers = True

    def __init__(self, api_url: str) -> None:
        try:
            parts = urlsplit(api_url)
        except ValueError:
            parts = urlsplit("")
        self._root = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
        self._answers = AnswerMemory(_ANSWER_KEPT_S)
        # Streamlit has no event for a closed page, so no connection stays open.
        self._client = httpx.Client(timeout=_TIMEOUT_S, limits=httpx.Limits(max_keepalive_connections=0))

    def about(self) -> Stack:
        """Return the stack and its clock."""
        answer = self._send("GET", "/stack")
        speed = answer.get("clockSpeed", 1)
        place = f"local stack {answer['stack']} at {urlsplit(self._root).netloc}"
        return Stack(
            name=answer["stack"],
            region=answer["region"],
            now=time_of(answer["now"]),
            place=place if speed == 1 else f"{place}, with a clock that is {speed:g} times as fast",
        )

    def dashboard(self) -> JsonObject:
        """Return the body of the declared dashboard."""
        return self._send("GET", "/dashboard")

    def metric_data(self, queries: Sequence[JsonObject], start: datetime, end: datetime) -> list[Series]:
        """Return the datapoints from ``start`` to ``end`` for queries in the format of GetMetricData."""
        body = {"MetricDataQueries": list(queries), "StartTime": _iso(start), "EndTime": _iso(end)}
        return series_of(self._send("POST", "/metric-data", body)["MetricDataResults"])

    def alarms(self) -> list[Alarm]:
        """Return the alarms, composites first."""
        return alarms_of(self._send("GET", "/alarms"))

    def history(self) -> list[StateChange]:
        """Return the last changes of the alarms, newest first."""
        return changes_of(self._send("GET", "/alarm-history?limit=100")["AlarmHistoryItems"])

    def notifications(self) -> list[Notification]:
        """Return the last messages, newest first."""
        return [_notification(each) for each in self._send("GET", "/notifications?limit=50")["Notifications"]]

    def published(self) -> list[Published]:
        """Return no versions: a local stack runs one bundle."""
        return []

    def set_alarm_state(self, name: str, state: State, reason: str) -> None:
        """Set the state of an alarm until the next evaluation, as SetAlarmState does."""
        self._send("POST", "/alarm-state", {"AlarmName": name, "StateValue": state, "StateReason": reason})

    def query_log(self, query: str, start: datetime, end: datetime) -> LogAnswer:
        """Return the answer to a query of Logs Insights that begins with ``SOURCE``."""
        return self._answers.answer(query, start, end, self._query_log)

    def _query_log(self, query: str, start: datetime, end: datetime) -> LogAnswer:
        body = {"queryString": query, "startTime": _iso(start), "endTime": _iso(end), "limit": 1000}
        return log_answer_of(self._send("POST", "/logs-query", body))

    def _send(self, method: str, path: str, body: object = None) -> JsonObject:
        try:
            response = self._client.request(method, f"{self._root}/_local{path}", json=body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise MonitoringError(
                f"No local stack answers at {self._root}. Start it with: make run, or choose AWS under Connection."
            ) from error
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if response.is_success and isinstance(answer, dict):
            return answer
        if isinstance(answer, dict) and "message" in answer:
            raise MonitoringError(f"The local stack refuses {path}: {answer['message']}")
        raise MonitoringError(
            f"{self._root} is not a local stack: it returned {response.status_code} for /_local{path}. "
            "For a deployed stack choose AWS under Connection."
        )


def _iso(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def _notification(entry: JsonObject) -> Notification:
    sent = Sent(time=time_of(entry["Timestamp"]), topic=entry["TopicArn"], receivers=tuple(entry["Receivers"]))
    # Messages from an older stack lack the last member.
    return notification_of(sent, entry["Subject"], entry["Message"], str(entry.get("HttpsMessage") or entry["Message"]))
