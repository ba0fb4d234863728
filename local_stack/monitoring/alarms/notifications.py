"""The messages that topics send: those of alarms that change their state, and those that functions publish.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
.. [2] https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from local_stack.declared.aws_values import ACCOUNT_ID
from local_stack.machine.clock import iso
from local_stack.monitoring.alarms.declared_alarms import CompositeAlarm
from local_stack.monitoring.alarms.evaluation import ALARM, OK
from local_stack.monitoring.alarms.notifier import LocalNotifier, has_notifier

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from local_stack.declared.evaluation import Declared
    from local_stack.monitoring.alarms.watch import Change


class Notifications:
    """The messages that the topics of a stack have sent.

    Parameters
    ----------
    database : sqlite3.Connection
        Keeps them.
    declared : Declared
        With the subscriptions, and the notifier if there is a channel.
    deployed_at : float, seconds since the epoch
        When the stack started; 0 when unknown.
    """

    def __init__(self, database: sqlite3.Connection, declared: Declared, deployed_at: float = 0.0) -> None:
        self._database = database
        self._region = declared.region
        self._receivers = _receivers(declared)
        self._notifier = LocalNotifier(declared, self.publish, deployed_at) if has_notifier(declared) else None

    def notify(self, change: Change) -> None:
        """Send a change to the topics of the alarm for its new state, or to the notifier."""
        for topic in change.alarm.actions.get(change.after.value, ()):
            if self._notifier is not None and topic == self._notifier.arn:
                self._notifier.notify(change)
                continue
            subject = f'{change.after.value}: "{change.alarm.name}" in {self._region}'
            message = json.dumps(alarm_message(change, self._region), ensure_ascii=False)
            self._send(topic, change.after.since, subject, message, message)

    def publish(self, members: Mapping[str, str], moment: float) -> str:
        """Send a message that a function publishes to a topic, and return its id.

        Parameters
        ----------
        members : mapping of str to str
            ``TopicArn`` and ``Message`` of SNS's Publish [2]_, and ``Subject`` and ``MessageStructure`` where given.
        moment : float, seconds since the epoch
            When.

        Raises
        ------
        LookupError
            A member is missing.
        ValueError
            The message does not have the structure that it names.
        """
        message = to_https = members["Message"]
        if members.get("MessageStructure") == "json":
            by_protocol = json.loads(message)
            message = by_protocol["default"]
            to_https = by_protocol.get("https", message)
        return self._send(members["TopicArn"], moment, members.get("Subject", ""), message, to_https)

    def _send(self, topic: str, moment: float, subject: str, message: str, to_https: str) -> str:
        document = {
            "MessageId": str(uuid.uuid4()),
            "TopicArn": topic,
            "Timestamp": iso(moment),
            "Subject": subject,
            "Message": message,
            "Receivers": self._receivers.get(topic, []),
            "HttpsMessage": to_https,
        }
        row = (moment, json.dumps(document, ensure_ascii=False))
        self._database.execute("INSERT INTO notification VALUES (NULL, ?, ?)", row)
        return str(document["MessageId"])

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
