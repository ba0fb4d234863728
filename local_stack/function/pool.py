"""The function: as many execution environments as its requests need, up to its reserved concurrency.

References
----------
.. [1] https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from typing import TYPE_CHECKING

from inference_lib.http.requests import MAX_EVENT_BYTES
from local_stack.errors import EventTooLargeError, InvocationError, LocalStackError, ThrottledError
from local_stack.function.environment import ExecutionEnvironment
from local_stack.function.invocation import Invocation

if TYPE_CHECKING:
    from local_stack.function.arguments import FunctionArgs
    from local_stack.function.log import FunctionLog
    from local_stack.monitoring.metrics.meters import FunctionMeter

KEEP_ALIVE_S = 300.0
"""An environment that is idle for this time ends; AWS does not document its own limit."""

_MEMORY_WATCH_S = 0.05
_REAP_S = 1.0
_BAD_GATEWAY = 502


def default_environments() -> int:
    """Return the number of concurrent environments on this machine: two per core."""
    return max(4, 2 * (os.cpu_count() or 1))


class Function:
    """Runs each invocation in an execution environment of its own.

    A request gets an idle environment, or a new one is started: a cold start. Beyond the reserved concurrency
    it is throttled, as by Lambda; beyond the limit of this machine it waits.

    Parameters
    ----------
    args : FunctionArgs
        The declaration.
    log : FunctionLog
        Receives the function's output and the platform records.
    environments : int, optional
        Maximum number of concurrent environments on this machine.
    keep_alive_s : float, seconds
        An idle environment ends after this time.
    meter : FunctionMeter, optional
        Records the metrics of Lambda.
    """

    def __init__(
        self,
        args: FunctionArgs,
        log: FunctionLog,
        environments: int = 0,
        keep_alive_s: float = KEEP_ALIVE_S,
        meter: FunctionMeter | None = None,
    ) -> None:
        self.args = args
        self._log = log
        self._most = environments or default_environments()
        self._keep_alive_s = keep_alive_s
        self._meter = meter
        self._all: set[ExecutionEnvironment] = set()
        self._idle: list[ExecutionEnvironment] = []
        self._waiting: deque[asyncio.Future[ExecutionEnvironment]] = deque()
        self._starting: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._running = 0
        self._is_stopping = False

    @property
    def environments(self) -> int:
        """Number of environments, including idle ones."""
        return len(self._all)

    @property
    def is_running(self) -> bool:
        """Whether a process exists; if not, the next invocation starts one."""
        return any(not each.has_ended for each in self._all)

    async def start(self) -> None:
        """Start the first environment, so that a function that cannot start is reported before the first request.

        Raises
        ------
        LocalStackError
            The process ended, or reported an initialisation error, or took longer than Lambda's 10 s.
        """
        first = self._new()
        if not await first.start():
            raise LocalStackError(f"The function did not start: {first.init_error}\nIts log: {self._log.path}")
        self.watch()

    def watch(self) -> None:
        """Enforce the limits of the environments, and end idle ones; the first invocation starts the first one."""
        self._watch = asyncio.create_task(self._watch_environments())

    async def stop(self) -> None:
        """End every process, and wait until they have ended; waiting invocations fail."""
        self._is_stopping = True
        if self._watch is not None:
            self._watch.cancel()
        await asyncio.gather(*(each.stop() for each in list(self._all)))
        await asyncio.gather(*self._starting)
        self._fail_waiting("the stack is stopping")

    async def invoke(self, event: bytes) -> bytes:
        """Answer an event.

        Raises
        ------
        EventTooLargeError
            The event exceeds Lambda's limit.
        InvocationError
            The function failed, ended or exceeded a limit.
        ThrottledError
            All reserved environments are busy.
        """
        if len(event) > MAX_EVENT_BYTES:
            raise EventTooLargeError(len(event))
        reserved = self.args.reserved_concurrency
        if reserved is not None and self._running >= reserved:
            if self._meter is not None:
                self._meter.throttled()
            raise ThrottledError(f"all {reserved} reserved environments are busy")
        self._running += 1
        if self._meter is not None:
            self._meter.concurrent(self._running)
        invocation = Invocation(event=event, answer=asyncio.get_running_loop().create_future())
        failed = True
        try:
            environment = await self._environment()
            answer = await environment.invoke(invocation)
            failed = False
        finally:
            self._running -= 1
            if self._meter is not None:
                started = invocation.started or time.monotonic()
                self._meter.invoked((time.monotonic() - started) * 1000, failed=failed)
        return answer

    async def _environment(self) -> ExecutionEnvironment:
        while self._idle:
            environment = self._idle.pop()
            if not environment.has_ended:
                environment.take()
                return environment
        waiting: asyncio.Future[ExecutionEnvironment] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        self._start_what_is_needed()
        return await waiting

    def _start_what_is_needed(self) -> None:
        """Start environments for requests that no environment that is starting or busy will serve."""
        coming = sum(not each.is_busy for each in self._all if each not in self._idle)
        room = self._most - len(self._all)
        for _ in range(min(len(self._waiting) - coming, room)):
            task = asyncio.create_task(self._start(self._new()))
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    def _new(self) -> ExecutionEnvironment:
        environment = ExecutionEnvironment(self.args, self._log, self._became_idle, self._ended)
        self._all.add(environment)
        return environment

    async def _start(self, environment: ExecutionEnvironment) -> None:
        if not await environment.start() and self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                reason = f"initialisation failed: {environment.init_error}"
                waiting.set_exception(InvocationError(_BAD_GATEWAY, reason))

    def _became_idle(self, environment: ExecutionEnvironment) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                environment.take()
                waiting.set_result(environment)
                return
        self._idle.append(environment)
        environment.freeze()

    def _ended(self, environment: ExecutionEnvironment) -> None:
        self._all.discard(environment)
        if environment in self._idle:
            self._idle.remove(environment)
        if not self._is_stopping and self._waiting:
            self._start_what_is_needed()

    async def _watch_environments(self) -> None:
        reaped = time.monotonic()
        while True:
            await asyncio.sleep(_MEMORY_WATCH_S)
            for each in list(self._all):
                each.watch_memory()
            now = time.monotonic()
            if now - reaped > _REAP_S:
                reaped = now
                old = [each for each in self._idle if now - each.idle_since > self._keep_alive_s]
                for each in old:
                    self._idle.remove(each)
                await asyncio.gather(*(each.stop() for each in old))

    def _fail_waiting(self, reason: str) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(InvocationError(_BAD_GATEWAY, reason))
