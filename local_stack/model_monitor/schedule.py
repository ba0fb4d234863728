"""The rules of EventBridge that call functions on a schedule, by the stack's clock.

References
----------
.. [1] https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
.. [2] https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import uuid
from typing import TYPE_CHECKING, NamedTuple

from local_stack.declared.aws_values import ACCOUNT_ID
from local_stack.errors import ExpressionError, InvocationError
from local_stack.machine.clock import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local_stack.declared.evaluation import Declared
    from local_stack.function.pool import Function
    from local_stack.machine.clock import Clock

_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}
_TICK_S = 0.2


class ScheduledCall(NamedTuple):
    """One rule with its target.

    Parameters
    ----------
    rule_arn : str
        For the event.
    every_s : int, seconds
        Interval between two calls.
    target_arn : str
        The function to call.
    """

    rule_arn: str
    every_s: int
    target_arn: str


def scheduled_calls(declared: Declared) -> tuple[ScheduledCall, ...]:
    """Return the scheduled calls that the program declares.

    Raises
    ------
    ExpressionError
        The schedule of a rule is not a rate.
    """
    rules = {
        str(rule.outputs.get("name") or rule.inputs["name"]): rule
        for rule in declared.all("cloudwatch/eventRule:EventRule")
    }
    return tuple(
        ScheduledCall(
            rules[target.inputs["rule"]].outputs["arn"],
            seconds_of_rate(rules[target.inputs["rule"]].inputs["scheduleExpression"]),
            target.inputs["arn"],
        )
        for target in declared.all("cloudwatch/eventTarget:EventTarget")
    )


def seconds_of_rate(expression: str) -> int:
    """Return the seconds of a schedule such as ``rate(6 hours)``.

    Raises
    ------
    ExpressionError
        The schedule is not a rate.
    """
    match = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if not match:
        raise ExpressionError(f"the schedule {expression} is not supported here; expected rate(NUMBER UNIT)")
    return int(match[1]) * _SECONDS[match[2]]


def scheduled_event(rule_arn: str, moment: float, region: str) -> bytes:
    """Return the event of a call at a time in seconds since the epoch [1]_."""
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT_ID,
        "time": iso(moment).partition(".")[0] + "Z",
        "region": region,
        "resources": [rule_arn],
        "detail": {},
    }
    return json.dumps(event).encode()


class Scheduler:
    """Calls functions on their schedules.

    Calls are at multiples of their interval since the epoch, so that a stack that was stopped temporarily
    keeps its times.

    Parameters
    ----------
    calls : iterable of ScheduledCall
        The scheduled calls.
    functions : mapping of str to Function
        The functions, by ARN.
    clock : Clock
        The stack's clock.
    region : str
        For the events.
    """

    def __init__(
        self, calls: Iterable[ScheduledCall], functions: Mapping[str, Function], clock: Clock, region: str
    ) -> None:
        self._calls = [call for call in calls if call.target_arn in functions]
        self._functions = functions
        self._clock = clock
        self._region = region
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Call until cancelled; a function that fails has written to its own log."""
        done = [self._clock.now() // call.every_s for call in self._calls]
        while True:
            await asyncio.sleep(_TICK_S)
            now = self._clock.now()
            for index, call in enumerate(self._calls):
                turn = now // call.every_s
                if turn != done[index]:
                    done[index] = turn
                    task = asyncio.create_task(self._call(call, turn * call.every_s))
                    self._running.add(task)
                    task.add_done_callback(self._running.discard)

    async def _call(self, call: ScheduledCall, moment: float) -> None:
        event = scheduled_event(call.rule_arn, moment, self._region)
        try:
            await self._functions[call.target_arn].invoke(event)
        except InvocationError as error:
            print(f"{call.target_arn.rpartition(':')[2]} failed: {error}", file=sys.stderr)  # noqa: T201 - EventBridge has no log
