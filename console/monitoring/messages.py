"""Messages of topics, as Slack shows them.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
.. [2] https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.monitoring.answers import time_of
from console.monitoring.interface import ALARM, OK, Notification

if TYPE_CHECKING:
    from datetime import datetime

    from console.monitoring.interface import JsonObject

_COLORS: dict[str, str] = {ALARM: "danger", OK: "good"}
_MARKS: dict[str, str] = {ALARM: "🔴", OK: "✅"}
_LOGGED = "notification sent"
_EVENT = "alarm-"
_UPDATED = "Alarm updated from "


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The time and the receivers of a message.

    Parameters
    ----------
    time : datetime
        In UTC.
    topic : str
        ARN of the SNS topic.
    receivers : tuple of str
        As in ``Notification``.
    """

    time: datetime
    topic: str
    receivers: tuple[str, ...] = ()

    def shown(
        self, title: str, text: str, color: str = "warning", fields: tuple[tuple[str, str], ...] = ()
    ) -> Notification:
        """Return the message as a notification; fields without a value are omitted."""
        return Notification(
            time=self.time,
            topic=self.topic.rpartition(":")[2],
            receivers=self.receivers,
            title=title,
            text=text,
            color=color,
            fields=tuple(each for each in fields if each[1]),
        )


def alarm_notification(sent: Sent, message: JsonObject) -> Notification:
    """Return a change of an alarm as Slack shows it.

    Parameters
    ----------
    sent : Sent
        When, and to whom.
    message : dict
        As CloudWatch publishes it [1]_.
    """
    state, region = message["NewStateValue"], message["Region"]
    because = ", ".join(child["Name"] for child in message.get("TriggeringChildren", []))
    return sent.shown(
        f"{_MARKS.get(state, '❔')} {state} | {message['AlarmName']} | {region} | Account: {message['AWSAccountId']}",
        message.get("AlarmDescription") or "",
        _COLORS.get(state, "warning"),
        (
            ("State", f"{message['OldStateValue']} → {state}"),
            ("Triggered by", because),
            ("Reason", message.get("NewStateReason") or ""),
            ("Region", region),
        ),
    )


def notification_of(sent: Sent, subject: str, message: str, to_https: str) -> Notification:
    """Return a message as Slack shows it.

    Parameters
    ----------
    sent : Sent
        When, and to whom.
    subject, message : str
        As e-mail shows them.
    to_https : str
        The message to subscribers by HTTPS, of which the channel is one. It shows changes of alarms and custom
        notifications [2]_; for any other message the text for e-mail is returned.
    """
    try:
        document = json.loads(to_https)
        if "AlarmName" in document:
            return alarm_notification(sent, document)
        content = document["content"]
        steps = "\n".join(content.get("nextSteps", []))
        event = document.get("metadata", {}).get("eventType", "")
        return sent.shown(
            content.get("title", subject),
            content["description"],
            _COLORS.get(event.removeprefix(_EVENT), "warning"),
            (("Next steps", steps), ("Keywords", ", ".join(content.get("keywords", [])))),
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        return sent.shown(subject, message)


def logged_notification(row: dict[str, str]) -> Notification | None:
    """Return a message from a line of the notifier's log, as Slack shows it; None for any other line.

    Parameters
    ----------
    row : dict of str to str
        With ``@message``.
    """
    try:
        line = json.loads(row["@message"])
        if line["message"] != _LOGGED:
            return None
        sent = Sent(time=time_of(line["timestamp"]), topic=line["topic"])
        return notification_of(sent, line["subject"], line["email"], line["channel"])
    except (ValueError, LookupError, TypeError):
        return None


def states_of(summary: str) -> tuple[str, str]:
    """Return the state before and the state after a change, from its summary in DescribeAlarmHistory."""
    before, _, after = summary.removeprefix(_UPDATED).partition(" to ")
    return before, after
