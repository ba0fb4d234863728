"""The Lambda handler of the notifier, which alarms invoke when they change their state.

Environment variables are those of ``inference_lib.environment``. The message is published to the topic of the alarm's
severity, and logged, so that the console can show what was sent.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
.. [2] https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

from __future__ import annotations

import json
import os
import sys
import time
import xml.etree.ElementTree as ET
from datetime import datetime
from typing import TYPE_CHECKING, Final

from inference_lib import environment
from inference_lib.monitor.alarms.message import ALARM, Breach, Change, Stack, alarm_notice
from inference_lib.monitor.aws_client import AwsClient, AwsError
from inference_lib.monitor.notices import QueryClient, publish
from inference_lib.telemetry.logs import timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_lib.http.events import Context

SENT: Final = "notification sent"
"""``message`` of the log line of each notification."""

_VERSION: Final = "2010-08-01"


class Notifier:
    """Publishes the changes of alarms.

    Parameters
    ----------
    variables : mapping of str to str
        The process's environment.
    client : QueryClient
        Calls AWS.
    """

    def __init__(self, variables: Mapping[str, str], client: QueryClient) -> None:
        self._client = client
        self._topics: dict[str, str] = json.loads(variables[environment.ALARM_TOPICS])
        self._severities: dict[str, str] = json.loads(variables[environment.ALARM_SEVERITIES])
        self._prefix = variables[environment.ALARM_PREFIX]
        self._stack = Stack(
            variables[environment.STACK_NAME],
            variables[environment.DASHBOARD_URL],
            _seconds(variables.get(environment.DEPLOYED_AT, "")),
            variables.get(environment.DEPLOYED_VERSION, ""),
        )

    def notify(self, event: Mapping[str, object]) -> dict[str, str]:
        """Publish the change that an event describes, and return the members of its log line.

        Parameters
        ----------
        event : mapping
            As CloudWatch invokes a function [1]_.

        Raises
        ------
        AwsError
            SNS refuses the message. Lambda invokes the function again.
        """
        change = self._change(event)
        notice = alarm_notice(change, self._stack)
        topic = self._topics[change.severity]
        publish(self._client, topic, notice)
        return {
            "level": "INFO",
            "message": SENT,
            "timestamp": timestamp(change.time or time.time()),
            "topic": topic,
            "subject": notice.title,
            "email": notice.text(),
            "channel": notice.slack(),
        }

    def _change(self, event: Mapping[str, object]) -> Change:
        data = _members(event.get("alarmData"))
        state, before, declared = (_members(data.get(name)) for name in ("state", "previousState", "configuration"))
        name, value, reason = str(data["alarmName"]), str(state["value"]), str(state.get("reason", ""))
        short = name.removeprefix(self._prefix)
        rule = str(declared.get("alarmRule", ""))
        own = Breach(short, str(declared.get("description", "")), reason)
        return Change(
            name=short,
            arn=str(event.get("alarmArn", name)),
            severity=self._severities.get(short, next(iter(self._topics))),
            state=value,
            reason=reason,
            time=_seconds(str(state.get("timestamp", ""))) or _seconds(str(event.get("time", ""))),
            before=_seconds(str(before.get("timestamp", ""))),
            breaches=() if value != ALARM else self._below(rule) if rule else (own,),
        )

    def _below(self, rule: str) -> tuple[Breach, ...]:
        """Return the metric alarms in ALARM that a composite alarm's rule names; none if they cannot be read."""
        members = {
            "Action": "DescribeAlarms",
            "Version": _VERSION,
            "AlarmNamePrefix": self._prefix,
            "AlarmTypes.member.1": "MetricAlarm",
            "StateValue": ALARM,
        }
        try:
            answer = self._client.query_call("monitoring", members)
        except AwsError as error:
            # A message without the details is better than none.
            sys.stdout.write(json.dumps({"level": "ERROR", "message": str(error)}) + "\n")
            return ()
        return tuple(each for each in described(answer, self._prefix) if f'"{self._prefix}{each.name}"' in rule)


def described(answer: str, prefix: str) -> list[Breach]:
    """Return the alarms in an answer of DescribeAlarms [2]_.

    Parameters
    ----------
    answer : str
        XML.
    prefix : str
        Of the names of the stack's alarms.
    """
    # The answer is that of AWS over TLS, not of a caller.
    root = ET.fromstring(answer)  # noqa: S314
    return [
        Breach(
            (alarm.findtext("{*}AlarmName") or "").removeprefix(prefix),
            alarm.findtext("{*}AlarmDescription") or "",
            alarm.findtext("{*}StateReason") or "",
        )
        for alarm in root.iterfind(".//{*}MetricAlarms/{*}member")
    ]


def _members(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _seconds(text: str) -> float:
    """Return a time as AWS writes it, such as ``2026-11-28T18:20:00.000+0000``, in seconds; 0 without one."""
    return datetime.fromisoformat(text).timestamp() if text else 0.0


def handler(event: Mapping[str, object], _context: Context) -> str:
    """Publish a change of an alarm, and return the title of the message."""
    sent = Notifier(os.environ, AwsClient(os.environ)).notify(event)
    sys.stdout.write(json.dumps(sent, ensure_ascii=False) + "\n")
    return sent["subject"]
