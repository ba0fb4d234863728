from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from console.monitoring.messages import Sent, notification_of, states_of

_SENT = Sent(time=datetime(2026, 11, 21, 12, tzinfo=UTC), topic="arn:aws:sns:eu-central-1:123:page", receivers=("a",))
_ALARM = {
    "AlarmName": "dev-page",
    "AlarmDescription": "Act now",
    "AWSAccountId": "123",
    "OldStateValue": "OK",
    "NewStateValue": "ALARM",
    "NewStateReason": "dev-errors transitioned to ALARM",
    "Region": "eu-central-1",
    "TriggeringChildren": [{"Name": "dev-errors", "State": {"Value": "ALARM"}}],
}


def test_a_change_of_an_alarm_names_the_states_the_cause_and_the_reason() -> None:
    text = json.dumps(_ALARM)
    shown = notification_of(_SENT, "ALARM", text, text)

    assert (shown.topic, shown.receivers, shown.color, shown.text) == ("page", ("a",), "danger", "Act now")
    assert shown.title == "🔴 ALARM | dev-page | eu-central-1 | Account: 123"
    assert shown.fields == (
        ("State", "OK → ALARM"),
        ("Triggered by", "dev-errors"),
        ("Reason", "dev-errors transitioned to ALARM"),
        ("Region", "eu-central-1"),
    )


@pytest.mark.parametrize(("state", "color", "mark"), [("OK", "good", "✅"), ("INSUFFICIENT_DATA", "warning", "❔")])
def test_the_colour_and_the_mark_are_those_of_the_new_state(state: str, color: str, mark: str) -> None:
    shown = notification_of(_SENT, "", "", json.dumps({**_ALARM, "NewStateValue": state}))

    assert (shown.color, shown.title[: len(mark)]) == (color, mark)


def test_a_custom_notification_has_its_own_title_and_next_steps() -> None:
    content = {"title": "Drift of age", "description": "• age: above 65", "nextSteps": ["See the dashboard", "Retrain"]}
    shown = notification_of(_SENT, "subject", "mail", json.dumps({"version": "1.0", "content": content}))

    assert (shown.title, shown.text, shown.color) == ("Drift of age", "• age: above 65", "warning")
    assert shown.fields == (("Next steps", "See the dashboard\nRetrain"),)


def test_the_notifiers_message_has_the_colour_of_its_state_and_its_keywords() -> None:
    content = {"title": "🔴 dev: latency", "description": "• slow", "nextSteps": [], "keywords": ["dev", "latency"]}
    document = {"version": "1.0", "source": "custom", "content": content, "metadata": {"eventType": "alarm-ALARM"}}
    shown = notification_of(_SENT, "subject", "mail", json.dumps(document))

    assert (shown.color, shown.fields) == ("danger", (("Keywords", "dev, latency"),))


@pytest.mark.parametrize("to_https", ["plain text", "[]", "3", "null", '{"content": 1}', '{"content": {}}'])
def test_what_the_channel_would_not_show_is_the_text_of_the_mail(to_https: str) -> None:
    shown = notification_of(_SENT, "subject", "mail", to_https)

    assert (shown.title, shown.text, shown.fields) == ("subject", "mail", ())


def test_the_states_of_a_change_are_those_of_its_summary() -> None:
    assert states_of("Alarm updated from INSUFFICIENT_DATA to ALARM") == ("INSUFFICIENT_DATA", "ALARM")
