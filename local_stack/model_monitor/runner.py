"""The model monitor of a local stack: the declared function in a process of its own, called on its schedule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from local_stack.function.log import FunctionLog
from local_stack.function.pool import Function
from local_stack.machine.loopback import HOST
from local_stack.model_monitor.aws_api import AWS_PREFIX, AwsApi
from local_stack.model_monitor.schedule import Scheduler, scheduled_calls
from local_stack.monitoring.metrics.meters import FunctionMeter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any

    from starlette.applications import Starlette

    from local_stack.declared.evaluation import Declared
    from local_stack.function.arguments import FunctionArgs
    from local_stack.monitoring.observed import Monitoring

LOG_FILE = "monitor.jsonl"

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
"""Lambda gives a function the credentials of its role; nothing here checks these."""


class LocalMonitor:
    """Runs the function of the model monitor.

    Parameters
    ----------
    args : FunctionArgs
        The declared function.
    declared : Declared
        Its schedule, and the region.
    monitoring : Monitoring
        Receives its metrics and notices.
    logs_query : callable
        Answers a query of Logs Insights: text, log group, start, end and limit.
    state : Path
        Folder of its log.
    port : int
        Where the stack serves the APIs of AWS that the function calls.
    """

    def __init__(  # noqa: PLR0913 - the parts of the stack that it needs
        self,
        args: FunctionArgs,
        declared: Declared,
        monitoring: Monitoring,
        logs_query: Callable[[str, str, float, float, int], Mapping[str, Any]],
        *,
        state: Path,
        port: int,
    ) -> None:
        clock = monitoring.clock
        reached = {"AWS_REGION": declared.region, "AWS_ENDPOINT_URL": f"http://{HOST}:{port}{AWS_PREFIX}"}
        args = replace(args, environment={**args.environment, **CREDENTIALS, **reached})
        self.name = args.name
        self.log = FunctionLog(state / LOG_FILE, clock, monitoring.take_of_others)
        meter = FunctionMeter(monitoring.store, clock, args.name)
        self._function = Function(args, self.log, environments=1, meter=meter)
        arn = declared.one("lambda/function:Function", "monitor-function").outputs["arn"]
        self._scheduler = Scheduler(scheduled_calls(declared), {arn: self._function}, clock, declared.region)
        self._api = AwsApi(logs_query, lambda members: monitoring.notifications.publish(members, clock.now()))

    def application(self) -> Starlette:
        """Return the APIs of AWS that the function calls."""
        return self._api.application()

    async def run(self) -> None:
        """Call the function on its schedule, until cancelled."""
        self._function.watch()
        await self._scheduler.run()

    async def stop(self) -> None:
        """End the process of the function."""
        await self._function.stop()

    def close(self) -> None:
        """Close the log of the function."""
        self.log.close()
