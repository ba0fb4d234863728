"""Each message names the stack, what happened, since when, how bad, the likely cause, and where to look."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inference_lib.monitor.alarms.message import ALARM, Breach, Change, Stack, alarm_notice

_AT = 1_795_977_300.0
"""2026-11-29 18:35:00 UTC."""

_DASHBOARD = "https://eu-central-1.console.aws.amazon.com/cloudwatch/home#dashboards/dashboard/inference-dev-model"
_RUNBOOK = "https://example.com/docs/runbook.md"
_REASON = (
    "Threshold Crossed: 2 out of the last 5 datapoints [0.91234567 (29/11/26 18:30:00), 0.7 (29/11/26 18:20:00)] were "
    "greater than the threshold (0.5) (minimum 2 of 5 datapoints for an alarm)."
)


def breach(name: str = "latency", reason: str = _REASON, runbook: str = _RUNBOOK) -> Breach:
    return Breach(name, f"sleep in dev: requests are slow. Runbook: {runbook}#{name}", reason)


def content(change: Change, stack: Stack) -> dict[str, object]:
    document: dict[str, Any] = json.loads(alarm_notice(change, stack).slack())
    assert (document["version"], document["source"]) == ("1.0", "custom")
    found: dict[str, object] = document["content"]
    return found


def fired(*breaches: Breach, reason: str = "", time: float = _AT) -> Change:
    return Change("page", "arn:page", "page", ALARM, reason, time, time - 86_400, breaches)


def stack(deployed: float = 0.0) -> Stack:
    return Stack("dev", _DASHBOARD, deployed, "7")


def test_an_alarm_says_everything_that_the_on_call_engineer_asks() -> None:
    shown = content(fired(breach()), stack(_AT - 900))

    assert shown["title"] == "🔴 dev: latency (page: act now)"
    assert str(shown["description"]).splitlines() == [
        "• latency: sleep in dev: requests are slow.",
        "• How bad: value 0.9123, threshold 0.5, since 29 Nov 18:20 UTC",
        "• In alarm since 29 Nov 18:35 UTC",
        "• Likely cause: version 7 of the function was deployed at 29 Nov 18:20 UTC, 15 min before the alarm",
    ]
    assert shown["nextSteps"] == [
        f"<{_DASHBOARD}?start=2026-11-29T17:20:00Z&end=2026-11-29T18:50:00Z|Dashboard at that time>",
        f"<{_RUNBOOK}#latency|Runbook: latency>",
    ]
    assert shown["keywords"] == ["dev", "page", "latency"]


@pytest.mark.parametrize("age", [-60.0, 3601.0])
def test_a_deployment_that_is_old_or_later_than_the_alarm_is_no_cause(age: float) -> None:
    assert "Likely cause" not in str(content(fired(breach()), stack(_AT - age))["description"])


def test_without_the_time_of_the_deployment_there_is_no_cause() -> None:
    assert "Likely cause" not in str(content(fired(breach(), time=600.0), stack())["description"])


def test_a_composite_alarm_says_it_of_each_alarm_below_and_of_five_at_most() -> None:
    shown = content(fired(*(breach(f"alarm-{at}") for at in range(7))), stack())

    assert shown["title"] == "🔴 dev: alarm-0, alarm-1, alarm-2, alarm-3, alarm-4, and 2 more (page: act now)"
    assert str(shown["description"]).count("How bad: value 0.9123, threshold 0.5") == 5
    assert f"<{_RUNBOOK}#alarm-4|Runbook: alarm-4>" in json.dumps(shown)


def test_a_reason_without_numbers_is_shown_as_it_is() -> None:
    reason = "No datapoints were received for 6 periods and missing data is treated as breaching"

    assert f"• How bad: {reason}" in str(content(fired(breach(reason=reason)), stack())["description"])


def test_a_composite_alarm_whose_alarms_are_unknown_gives_its_reason() -> None:
    shown = content(fired(reason="latency transitioned to ALARM"), stack())

    assert shown["title"] == "🔴 dev: page (page: act now)"
    assert "• latency transitioned to ALARM" in str(shown["description"])


def test_the_end_of_an_alarm_says_how_long_it_lasted_in_the_thread_of_its_beginning() -> None:
    over = Change("page", "arn:page", "page", "OK", "No alarm is in ALARM", _AT, _AT - 720, ())
    ended, began = (json.loads(alarm_notice(each, stack()).slack()) for each in (over, fired(breach())))

    assert ended["content"]["title"] == "✅ dev: page is OK again"
    assert ended["content"]["description"].splitlines()[0] == (
        "• In alarm from 29 Nov 18:23 UTC to 29 Nov 18:35 UTC, 12 min"
    )
    assert "start=2026-11-29T17:23:00Z" in ended["content"]["nextSteps"][0]
    assert ended["metadata"]["threadId"] == began["metadata"]["threadId"] == "arn:page"


def test_a_runbook_that_is_a_path_is_text_and_the_mail_has_plain_addresses() -> None:
    notice = alarm_notice(fired(breach(runbook="docs/runbook.md")), stack())

    assert json.loads(notice.slack())["content"]["nextSteps"][1] == "Runbook: latency: docs/runbook.md#latency"
    assert f"Dashboard at that time: {_DASHBOARD}?start=" in notice.text()
    assert "<" not in notice.text()
