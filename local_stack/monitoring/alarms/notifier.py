"""The declared notifier of a local stack: the code of its function, in this process, with the stack as its AWS.

References
----------
.. [1] https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
.. [2] https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from inference_lib import environment
from inference_lib.monitor.alarms.handler import Notifier
from local_stack.declared.aws_values import ACCOUNT_ID
from local_stack.machine.clock import iso
from local_stack.monitoring.alarms.declared_alarms import CompositeAlarm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_stack.declared.evaluation import Declared
    from local_stack.monitoring.alarms.watch import Change

STAND_IN = {"inference:slackTeamId": "T0LOCAL00", "inference:slackChannelId": "C0LOCAL00"}
"""A channel that no message reaches: the console draws it."""

_FUNCTION = "lambda/function:Function", "notifier-function"


class LocalNotifier:
    """Runs the notifier.

    Parameters
    ----------
    declared : Declared
        With the function of the notifier.
    publish : callable
        Called with the form of a Publish call, and the time.
    deployed_at : float, seconds since the epoch
        When the stack started, which is its deployment; 0 when unknown.
    """

    def __init__(
        self, declared: Declared, publish: Callable[[Mapping[str, str], float], str], deployed_at: float
    ) -> None:
        function = declared.one(*_FUNCTION)
        self.arn: str = function.outputs["arn"]
        self._region = declared.region
        deployed = {environment.DEPLOYED_AT: iso(deployed_at) if deployed_at else ""}
        self._variables = {**function.inputs["environment"]["variables"], **deployed}
        self._publish = publish

    def notify(self, change: Change) -> None:
        """Publish a change of an alarm."""
        Notifier(self._variables, _Aws(change, self._publish)).notify(invocation(change, self._region))


class _Aws:
    """Answers the calls about one change."""

    def __init__(self, change: Change, publish: Callable[[Mapping[str, str], float], str]) -> None:
        self._change, self._publish = change, publish

    def query_call(self, service: str, members: Mapping[str, str]) -> str:
        """Publish a message, or describe the alarms in ALARM below a composite alarm [2]_."""
        if service == "sns":
            return self._publish(members, self._change.after.since)
        alarms = "".join(
            f"<member><AlarmName>{escape(alarm.name)}</AlarmName>"
            f"<AlarmDescription>{escape(alarm.description)}</AlarmDescription>"
            f"<StateReason>{escape(state.reason)}</StateReason></member>"
            for alarm, state in self._change.below
        )
        result = f"<DescribeAlarmsResult><MetricAlarms>{alarms}</MetricAlarms></DescribeAlarmsResult>"
        namespace = "http://monitoring.amazonaws.com/doc/2010-08-01/"
        return f'<DescribeAlarmsResponse xmlns="{namespace}">{result}</DescribeAlarmsResponse>'


def has_notifier(declared: Declared) -> bool:
    """Whether the stack declares a notifier: with a Slack channel."""
    return bool(declared.all(*_FUNCTION))


def invocation(change: Change, region: str) -> dict[str, Any]:
    """Return the event with which CloudWatch invokes a function [1]_."""
    alarm, before, after = change.alarm, change.before, change.after
    configuration: dict[str, Any] = {"description": alarm.description}
    if isinstance(alarm, CompositeAlarm):
        configuration["alarmRule"] = alarm.rule.text
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm.arn,
        "accountId": ACCOUNT_ID,
        "time": iso(after.since),
        "region": region,
        "alarmData": {
            "alarmName": alarm.name,
            "state": {"value": after.value, "reason": after.reason, "timestamp": iso(after.since)},
            "previousState": {
                "value": before.value,
                "reason": before.reason,
                **({"timestamp": iso(before.since)} if before.since else {}),
            },
            "configuration": configuration,
        },
    }
