"""What EventBridge would call, and when."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from local_stack.declared.evaluation import declare
from local_stack.errors import ExpressionError
from local_stack.model_monitor.schedule import scheduled_calls, scheduled_event, seconds_of_rate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("hours", "every_s"), [("24", 6 * 3600), ("4", 3600), ("1", 3600), ("168", 24 * 3600)])
def test_the_monitor_is_called_four_times_a_window_and_once_a_day_at_least(
    hours: str, every_s: int, bundle_path: Path
) -> None:
    settings = {"inference:modelMonitor": "true", "inference:monitorWindowHours": hours}
    declared = declare("prod", settings, bundle=bundle_path)
    (call,) = scheduled_calls(declared)
    monitor = declared.one("lambda/function:Function", "monitor-function")
    assert (call.every_s, call.target_arn) == (every_s, monitor.outputs["arn"])
    permission = declared.one("lambda/permission:Permission", "monitor-clock-may-call").inputs
    assert permission["sourceArn"] == call.rule_arn


def test_an_event_says_its_time_in_full_seconds_as_eventbridge_does() -> None:
    event = json.loads(scheduled_event("arn:rule", 1_790_000_000.9, "eu-central-1"))
    assert event["detail-type"] == "Scheduled Event"
    assert event["resources"] == ["arn:rule"]
    assert event["time"] == "2026-09-21T14:13:20Z"
    assert datetime.fromisoformat(event["time"]).timestamp() == 1_790_000_000


def test_another_schedule_than_a_rate_is_refused() -> None:
    assert seconds_of_rate("rate(5 minutes)") == 300
    with pytest.raises(ExpressionError, match=r"cron\(0 9 \* \* \? \*\) is not supported here"):
        seconds_of_rate("cron(0 9 * * ? *)")
