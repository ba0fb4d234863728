"""The monitoring of a deployed stack: CloudWatch and CloudWatch Logs.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
.. [2] https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
"""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3

from console.monitoring.answers import alarms_of, changes_of, log_answer_of, published_of, series_of, time_of
from console.monitoring.aws_errors import explained
from console.monitoring.interface import MonitoringError, Stack
from console.monitoring.memory import AnswerMemory
from console.monitoring.messages import Sent, alarm_notification, logged_notification, states_of

if TYPE_CHECKING:
    from collections.abc import Sequence

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

PREFIX = "inference-{stack}-"
"""Prefix of the names of a stack's resources."""
DASHBOARD = PREFIX + "model"
ALARMS = PREFIX + "alarm-"
FUNCTION = PREFIX + "predict"
NOTIFIER_LOG = "/aws/lambda/" + PREFIX + "notifier"
ALIAS = "live"
"""Alias of the version that the API calls."""

_SOURCE = re.compile(r"\s*SOURCE\s+(['\"])(?P<name>.+?)\1\s*\|", re.IGNORECASE)
_MOST_QUERIES = 500
_MOST_HISTORY = 100
_NOTICED = timedelta(days=7)
_POLL_S = 0.5
_QUERY_TIMEOUT_S = 60.0
_ANSWER_KEPT_S = 300.0
_ACTIONS = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}


class AwsMonitoring:
    """CloudWatch in one account and region.

    The answer to a log query is cached for five minutes, because Logs Insights bills each byte that it reads.

    Parameters
    ----------
    stack : str
        Name of the Pulumi stack, such as ``dev``.
    region : str
        Such as ``eu-central-1``.
    profile : str
        Of the AWS configuration; the default credential chain when empty.

    Raises
    ------
    MonitoringError
        There is no such profile or region.
    """

    is_billed = True
    shows_receivers = False

    def __init__(self, stack: str, region: str, profile: str = "") -> None:
        self._stack, self._region = stack, region
        with explained(region):
            session = boto3.Session(profile_name=profile or None, region_name=region)
            self._cloudwatch = session.client("cloudwatch")
            self._logs = session.client("logs")
            self._lambda = session.client("lambda")
        self._answers = AnswerMemory(_ANSWER_KEPT_S)

    def about(self) -> Stack:
        """Return the stack and the time."""
        place = f"stack {self._stack} in AWS, {self._region}"
        return Stack(name=self._stack, region=self._region, now=datetime.now(UTC), place=place)

    def dashboard(self) -> JsonObject:
        """Return the body of the declared dashboard."""
        name = DASHBOARD.format(stack=self._stack)
        with explained(self._region, missing=f"There is no dashboard {name} in {self._region}"):
            body: JsonObject = json.loads(self._cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])
        return body

    def metric_data(self, queries: Sequence[JsonObject], start: datetime, end: datetime) -> list[Series]:
        """Return the datapoints from ``start`` to ``end`` for queries in the format of GetMetricData."""
        request = {
            "MetricDataQueries": list(queries)[:_MOST_QUERIES],
            "StartTime": start,
            "EndTime": end,
            "ScanBy": "TimestampAscending",
        }
        results: dict[tuple[str, str], JsonObject] = {}
        with explained(self._region):
            for page in self._cloudwatch.get_paginator("get_metric_data").paginate(**request):
                for each in page["MetricDataResults"]:
                    # A series that does not fit on a page continues on the next.
                    known = results.setdefault(
                        (each["Id"], each.get("Label", "")), {**each, "Timestamps": [], "Values": []}
                    )
                    known["Timestamps"] += each["Timestamps"]
                    known["Values"] += each["Values"]
        return series_of(results.values())

    def alarms(self) -> list[Alarm]:
        """Return the alarms, composites first."""
        return alarms_of(self._described())

    def _described(self) -> JsonObject:
        found: JsonObject = {"MetricAlarms": [], "CompositeAlarms": []}
        request = {"AlarmNamePrefix": ALARMS.format(stack=self._stack), "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
        with explained(self._region):
            for page in self._cloudwatch.get_paginator("describe_alarms").paginate(**request):
                for kind in found:
                    found[kind] += page.get(kind, [])
        return found

    def history(self) -> list[StateChange]:
        """Return the last changes of the alarms, newest first."""
        return changes_of(self._changes())

    def _changes(self) -> list[JsonObject]:
        """Return the changes of this stack's alarms among the last ones of the account."""
        with explained(self._region):
            answer = self._cloudwatch.describe_alarm_history(
                AlarmTypes=["MetricAlarm", "CompositeAlarm"],
                HistoryItemType="StateUpdate",
                MaxRecords=_MOST_HISTORY,
                ScanBy="TimestampDescending",
            )
        prefix = ALARMS.format(stack=self._stack)
        return [each for each in answer["AlarmHistoryItems"] if each["AlarmName"].startswith(prefix)]

    def notifications(self) -> list[Notification]:
        """Return the last messages, newest first: as the notifier logged them, or derived from the alarms' history."""
        described = self._described()
        alarms = {each["AlarmName"]: each for kind in described.values() for each in kind}
        if any(":lambda:" in action for alarm in alarms.values() for action in alarm.get("AlarmActions", [])):
            return self._logged()
        sent = []
        for change in self._changes():
            alarm = alarms.get(change["AlarmName"])
            if alarm is not None and alarm.get("ActionsEnabled", True):
                sent += _notifications(alarm, change, self._region)
        return sent

    def _logged(self) -> list[Notification]:
        """Return the messages that the notifier logged, newest first."""
        end = datetime.now(UTC)
        query = f"SOURCE '{NOTIFIER_LOG.format(stack=self._stack)}' | fields @timestamp, @message"
        answer = self.query_log(f"{query} | sort @timestamp desc | limit {_MOST_HISTORY}", end - _NOTICED, end)
        return [each for each in map(logged_notification, answer.rows) if each]

    def published(self) -> list[Published]:
        """Return the published versions of the function, newest first."""
        name = FUNCTION.format(stack=self._stack)
        with explained(self._region, missing=f"There is no function {name} in {self._region}"):
            alias = self._lambda.get_alias(FunctionName=name, Name=ALIAS)
            pages = self._lambda.get_paginator("list_versions_by_function").paginate(FunctionName=name)
            found = [each for page in pages for each in page["Versions"] if each["Version"] != "$LATEST"]
        return published_of(alias, found)

    def set_alarm_state(self, name: str, state: State, reason: str) -> None:
        """Set the state of an alarm until the next evaluation."""
        with explained(self._region, missing=f"There is no alarm {name} in {self._region}"):
            self._cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason=reason)

    def query_log(self, query: str, start: datetime, end: datetime) -> LogAnswer:
        """Return the answer to a query of Logs Insights that begins with ``SOURCE``."""
        return self._answers.answer(query, start, end, self._query_log)

    def _query_log(self, query: str, start: datetime, end: datetime) -> LogAnswer:
        groups, text = split_source(query)
        with explained(self._region, missing=f"There is no log group {', '.join(groups)} in {self._region}"):
            query_id = self._logs.start_query(
                logGroupNames=groups,
                queryString=text,
                startTime=int(start.timestamp()),
                endTime=int(end.timestamp()),
            )["queryId"]
            deadline = time.monotonic() + _QUERY_TIMEOUT_S
            while (answer := self._logs.get_query_results(queryId=query_id))["status"] in {"Scheduled", "Running"}:
                if time.monotonic() > deadline:
                    raise MonitoringError("The log query ran for more than a minute. Choose a shorter range.")
                time.sleep(_POLL_S)
        if answer["status"] != "Complete":
            raise MonitoringError(f"The log query ended as {answer['status']}. Choose a shorter range, or try again.")
        return log_answer_of(answer)


def split_source(query: str) -> tuple[list[str], str]:
    """Return the log groups that a dashboard's query names, and the query itself.

    Raises
    ------
    MonitoringError
        The query names no log group.
    """
    groups = []
    while found := _SOURCE.match(query):
        groups.append(found["name"])
        query = query[found.end() :]
    if not groups:
        raise MonitoringError("A log query of the dashboard names no log group; expected SOURCE '...' | at its start.")
    return groups, query.strip()


def _notifications(alarm: JsonObject, change: JsonObject, region: str) -> list[Notification]:
    """Return the messages that a change of an alarm sent to its topics."""
    before, after = states_of(change["HistorySummary"])
    message = {
        **alarm,
        "OldStateValue": before,
        "NewStateValue": after,
        "NewStateReason": json.loads(change.get("HistoryData") or "{}").get("newState", {}).get("stateReason", ""),
        "Region": region,
        "AWSAccountId": alarm["AlarmArn"].split(":")[4],
    }
    return [
        alarm_notification(Sent(time=time_of(change["Timestamp"]), topic=action), message)
        for action in alarm.get(_ACTIONS.get(after, ""), [])
        if ":sns:" in action
    ]
