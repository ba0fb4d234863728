"""One scenario against a local stack of its own, from a healthy start to the first step of the runbook."""

from __future__ import annotations

import asyncio
import json
import tempfile
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from inference_lib.monitor.alarms.message import FIRED
from infra.settings.files import project
from local_stack.drill import faults
from local_stack.machine.clock import iso, seconds
from local_stack.monitoring.alarms.evaluation import ALARM
from local_stack.monitoring.api import PREFIX
from local_stack.stack import running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from local_stack.drill.scenarios import Scenario
    from local_stack.stack import LocalStack, StackArgs

HANDLER = "local_stack.drill.faulty_handler.handler"
ENVIRONMENTS = 8
_SENDERS = 8
_POLL_S = 0.1
_PAUSE_S = 0.02
_TIMEOUT_S = 30.0
_KEEP_ALIVE_S = 0.5
_HEALTHY_MIN = 2
_NEVER_HEALTHY_MIN = 600


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of a scenario.

    Parameters
    ----------
    scenario : Scenario
        It.
    minutes : float or None
        From the fault to the alarm, by the stack's clock; None if it did not fire.
    notification : str
        Title of the message that names the alarm; empty without one.
    cause : str
        What the first step of the runbook shows; empty if it does not find the cause.
    """

    scenario: Scenario
    minutes: float | None
    notification: str
    cause: str

    @property
    def has_passed(self) -> bool:
        """Whether the alarm fired, the message was sent and the runbook found the cause."""
        return self.minutes is not None and bool(self.notification and self.cause)


def full_monitoring(settings: dict[str, str]) -> dict[str, str]:
    """Return settings with every alarm, also for a stack that has the essential ones only."""
    declared = "monitoring" in project()["config"]
    return {**({"inference:monitoring": "full"} if declared else {}), **settings}


async def exercise(scenario: Scenario, args: StackArgs, instances: Sequence[dict[str, Any]]) -> Outcome:
    """Run a scenario.

    Parameters
    ----------
    scenario : Scenario
        The fault.
    args : StackArgs
        The stack, declared with the settings of the scenario.
    instances : sequence of dict
        Valid instances, which callers send.

    Raises
    ------
    LocalStackError
        The stack does not start.
    """
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        fault = Path(folder) / "fault"
        fault.write_text("", encoding="utf-8")
        broken = replace(
            args.function,
            handler=HANDLER,
            environment={**args.function.environment, faults.FAULT_FILE: str(fault)},
        )
        made = replace(
            args,
            function=broken,
            port=0,
            state=Path(folder) / "state",
            second_state=None,
            clock_speed=scenario.speed,
            environments=ENVIRONMENTS,
            keep_alive_s=_KEEP_ALIVE_S if scenario.fault == faults.DEPLOYMENT else args.keep_alive_s,
            is_throttled=False,
        )
        async with running(made, lambda *_: None) as stack, _calling(stack, instances) as callers:
            return await _Drill(scenario, stack, callers, fault).run()


class _Callers:
    """Callers that send one request after the other until they are paused."""

    def __init__(self, client: httpx.AsyncClient, instances: Sequence[dict[str, Any]]) -> None:
        self.client = client
        self.instances = list(instances)
        self.active = asyncio.Event()
        self.active.set()

    async def call(self, number: int) -> None:
        """Send requests until cancelled; what they answer is the stack's affair."""
        while True:
            await self.active.wait()
            instance = self.instances[number % len(self.instances)]
            number += _SENDERS
            with suppress(httpx.HTTPError):
                await self.client.post("/predict", json={"instances": [instance]})
            await asyncio.sleep(_PAUSE_S)


@asynccontextmanager
async def _calling(stack: LocalStack, instances: Sequence[dict[str, Any]]) -> AsyncIterator[_Callers]:
    headers = {"x-api-key": next(iter(stack.api.keys), "")}
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=_TIMEOUT_S) as client:
        callers = _Callers(client, instances)
        tasks = [asyncio.create_task(callers.call(number)) for number in range(_SENDERS)]
        try:
            yield callers
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class _Drill:
    """A scenario on a stack that runs.

    Parameters
    ----------
    scenario : Scenario
        The fault.
    stack : LocalStack
        The stack.
    callers : _Callers
        Its callers.
    fault : Path
        The file that names the active fault.
    """

    def __init__(self, scenario: Scenario, stack: LocalStack, callers: _Callers, fault: Path) -> None:
        self._scenario, self._stack, self._callers, self._fault = scenario, stack, callers, fault
        self._clock = stack.monitoring.clock
        names = [alarm.name for alarm in stack.monitoring.watch.alarms]
        self._alarm = next(name for name in names if name.endswith(f"-alarm-{scenario.alarm}"))

    async def run(self) -> Outcome:
        """Start healthy, break it, and wait for the alarm, the message and the cause."""
        healthy = self._clock.now() + _HEALTHY_MIN * 60
        await self._until(lambda: self._clock.now() > healthy and not self._is_firing(), _NEVER_HEALTHY_MIN)
        await self._break()
        began = self._clock.now()
        if not await self._until(self._is_firing, self._scenario.limit_min):
            return Outcome(scenario=self._scenario, minutes=None, notification="", cause="")
        minutes = (self._stack.monitoring.watch.state(self._alarm).since - began) / 60
        await self._until(lambda: bool(self._message(began)), self._scenario.limit_min)
        return Outcome(
            scenario=self._scenario,
            minutes=minutes,
            notification=self._message(began),
            cause=self._scenario.cause(await self._first_step(began)),
        )

    async def _break(self) -> None:
        fault = self._scenario.fault
        if fault in {faults.DEPLOYMENT, faults.SILENCE}:
            self._callers.active.clear()
        if fault == faults.DRIFT:
            del self._callers.instances[1:]
        self._fault.write_text(fault, encoding="utf-8")
        if fault == faults.DEPLOYMENT:
            # A deployment replaces every environment: here the idle ones end first.
            await self._until(lambda: not self._stack.function.environments, self._scenario.limit_min)
            self._callers.active.set()

    def _is_firing(self) -> bool:
        return self._stack.monitoring.watch.state(self._alarm).value == ALARM

    async def _until(self, condition: Callable[[], bool], minutes: float) -> bool:
        end = self._clock.now() + minutes * 60
        while not condition():
            if self._clock.now() > end:
                return False
            await asyncio.sleep(_POLL_S)
        return True

    def _message(self, since: float) -> str:
        """Return the title of the message about the alarm; empty before it is sent."""
        for sent in self._stack.monitoring.notifications.last(100):
            message = json.loads(sent["HttpsMessage"])
            is_about = self._scenario.alarm in message["content"].get("keywords", ())
            is_alarm = message.get("metadata", {}).get("eventType") == FIRED
            if is_about and is_alarm and seconds(sent["Timestamp"]) >= since:
                return str(message["content"]["title"])
        return ""

    async def _first_step(self, since: float) -> list[dict[str, str]]:
        """Take the first step of the runbook: a saved query, or a request where callers are missing."""
        client = self._callers.client
        if not self._scenario.query:
            response = await client.post("/predict", json={"instances": self._callers.instances[:1]})
            return [{"status": str(response.status_code)}]
        group = self._stack.function.args.name.removesuffix("predict") + self._scenario.log
        body = {
            "queryString": f"SOURCE '/aws/lambda/{group}' | {self._scenario.query}",
            "startTime": iso(since),
            "endTime": iso(self._clock.now()),
        }
        root = self._stack.url.rpartition("/")[0]
        answer = (await client.post(f"{root}{PREFIX}/logs-query", json=body)).json()
        return [{cell["field"]: cell["value"] for cell in row} for row in answer["results"]]
