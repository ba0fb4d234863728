"""Whom a change of an alarm is told, and what Slack would show.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from local_stack.alarms.declared_alarms import CompositeAlarm
from local_stack.alarms.evaluation import ALARM, OK
from local_stack.aws_values import ACCOUNT_ID
from local_stack.clock import iso

if TYPE_CHECKING:
    import sqlite3

    from local_stack.alarms.watch import Change
    from local_stack.declared import Declared

_COLOURS = {ALARM: "danger", OK: "good"}
_MARKS = {ALARM: "🚨", OK: "✅"}


class Notifications:
    """The messages that the topics of a stack have sent.

    Parameters
    ----------
    database : sqlite3.Connection
        Keeps them.
    declared : Declared
        Who has subscribed.
    """

    def __init__(self, database: sqlite3.Connection, declared: Declared) -> None:
        self._database = database
        self._region = declared.region
        self._receivers = _receivers(declared)

    def tell(self, change: Change) -> None:
        """Send a change to the topics that the alarm names for its new state."""
        for topic in change.alarm.actions.get(change.after.value, ()):
            message = alarm_message(change, self._region)
            document = {
                "MessageId": str(uuid.uuid4()),
                "TopicArn": topic,
                "Timestamp": iso(change.after.since),
                "Subject": f'{change.after.value}: "{change.alarm.name}" in {self._region}',
                "Message": json.dumps(message, ensure_ascii=False),
                "Receivers": self._receivers.get(topic, []),
                "Slack": slack_message(change, self._region),
            }
            row = (change.after.since, json.dumps(document, ensure_ascii=False))
            self._database.execute("INSERT INTO notification VALUES (NULL, ?, ?)", row)

    def last(self, limit: int) -> list[dict[str, Any]]:
        """Return the last messages, newest first."""
        rows = self._database.execute("SELECT document FROM notification ORDER BY id DESC LIMIT ?", (limit,))
        return [json.loads(document) for (document,) in rows]


def _receivers(declared: Declared) -> dict[str, list[str]]:
    receivers: dict[str, list[str]] = {}
    for each in declared.all("chatbot/slackChannelConfiguration:SlackChannelConfiguration"):
        for topic in each.inputs["snsTopicArns"]:
            receivers.setdefault(topic, []).append(f"slack:{each.inputs['slackChannelId']}")
    for each in declared.all("sns/topicSubscription:TopicSubscription"):
        receivers.setdefault(each.inputs["topic"], []).append(f"{each.inputs['protocol']}:{each.inputs['endpoint']}")
    return receivers


def alarm_message(change: Change, region: str) -> dict[str, Any]:
    """Return the document that CloudWatch publishes [1]_."""
    alarm = change.alarm
    message: dict[str, Any] = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": ACCOUNT_ID,
        "NewStateValue": change.after.value,
        "NewStateReason": change.after.reason,
        "StateChangeTime": iso(change.after.since),
        "Region": region,
        "AlarmArn": alarm.arn,
        "OldStateValue": change.before.value,
        "AlarmActions": list(alarm.actions.get(ALARM, ())),
        "OKActions": list(alarm.actions.get(OK, ())),
    }
    if isinstance(alarm, CompositeAlarm):
        message["AlarmRule"] = alarm.rule.text
        message["TriggeringChildren"] = [{"Name": name, "State": {"Value": ALARM}} for name in change.because]
    return message


def slack_message(change: Change, region: str) -> dict[str, Any]:
    """Return what the channel would show."""
    state, because = change.after.value, ", ".join(change.because)
    fields = [
        {"title": "State", "value": f"{change.before.value} → {state}"},
        {"title": "Region", "value": region},
        *([{"title": "Triggered by", "value": because}] if because else []),
        {"title": "Reason", "value": change.after.reason},
    ]
    return {
        "title": f"{_MARKS.get(state, '❔')} {state} | {change.alarm.name} | {region} | Account: {ACCOUNT_ID}",
        "text": change.alarm.description,
        "color": _COLOURS.get(state, "warning"),
        "fields": fields,
    }
