"""One execution environment: an awslambdaric process with a Runtime API of its own.

References
----------
.. [1] https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
import uuid
from typing import TYPE_CHECKING

import psutil

from local_stack.errors import InvocationError
from local_stack.function.process import MEGABYTE, exit_text, spawn
from local_stack.function.runtime_api import runtime_api
from local_stack.machine.loopback import HOST, listen, server_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from local_stack.function.arguments import FunctionArgs
    from local_stack.function.invocation import Invocation
    from local_stack.function.log import FunctionLog

INIT_LIMIT_S = 10.0
"""Lambda aborts an initialisation that takes longer [1]_."""

_BAD_GATEWAY = 502
_STOP_S = 2


class ExecutionEnvironment:
    """Answers one invocation at a time.

    Between invocations the process is frozen, as on Lambda. It ends when it crashes, when an invocation
    times out, or when it uses more memory than declared.

    Parameters
    ----------
    args : FunctionArgs
        The declaration.
    log : FunctionLog
        Receives the output of the process and the platform records.
    on_idle : callable
        Called with this environment when its process polls for the next invocation.
    on_end : callable
        Called with this environment when its process has ended.
    """

    def __init__(
        self,
        args: FunctionArgs,
        log: FunctionLog,
        on_idle: Callable[[ExecutionEnvironment], None],
        on_end: Callable[[ExecutionEnvironment], None],
    ) -> None:
        self._args = args
        self._log = log
        self._on_idle = on_idle
        self._on_end = on_end
        self._process: asyncio.subprocess.Process | None = None
        self._memory: psutil.Process | None = None
        self._next: asyncio.Queue[Invocation] = asyncio.Queue()
        self._current: Invocation | None = None
        self._ready = asyncio.Event()
        self._exited = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._server = server_of(runtime_api(self, args.name))
        self._init_ms: float | None = None
        self._spawned = 0.0
        self._peak_mb = 0
        self._is_taken = False
        self._stream = f"{time.strftime('%Y/%m/%d', time.gmtime())}/[$LATEST]{uuid.uuid4().hex}"
        self.init_error = ""
        self.idle_since = 0.0

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return self._exited.is_set()

    @property
    def is_busy(self) -> bool:
        """Whether it has an invocation."""
        return self._is_taken

    def take(self) -> None:
        """Reserve it for one invocation."""
        self._is_taken = True

    async def start(self) -> bool:
        """Start the process; returns whether it polled for its first invocation within Lambda's limit.

        If it did not, ``init_error`` gives the reason, and the process has ended.
        """
        listener = listen(0)
        self._tasks.append(asyncio.create_task(self._serve_runtime_api(listener)))
        self._log.platform("initStart", {"phase": "init", "functionName": self._args.name, "instanceId": self._stream})
        await self._spawn(f"{HOST}:{listener.getsockname()[1]}")
        waiting = [asyncio.create_task(each.wait()) for each in (self._ready, self._exited)]
        await asyncio.wait(waiting, timeout=INIT_LIMIT_S, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        if self._ready.is_set():
            self._report_init("success")
            return True
        self.init_error = self.init_error or f"it was not ready within {INIT_LIMIT_S:g} s"
        self._report_init("error")
        await self.stop()
        return False

    def _report_init(self, status: str) -> None:
        metrics = {"durationMs": round((time.monotonic() - self._spawned) * 1000, 3)}
        kind = {"initializationType": "on-demand", "phase": "init"}
        self._log.platform("initReport", {**kind, "status": status, "metrics": metrics})

    async def invoke(self, invocation: Invocation) -> bytes:
        """Pass an event to the process, resume it, and wait for its answer.

        Raises
        ------
        InvocationError
            The function failed, ended, timed out or ran out of memory.
        """
        if self.has_ended:
            raise InvocationError(_BAD_GATEWAY, "Runtime exited")
        self._current = invocation
        self._next.put_nowait(invocation)
        self._signal(signal.SIGCONT)
        return await invocation.answer

    def freeze(self) -> None:
        """Suspend the process until the next invocation."""
        self._signal(signal.SIGSTOP)

    async def stop(self) -> None:
        """Stop the process, and wait until it has ended."""
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._exited.wait(), _STOP_S)
        except TimeoutError:
            self._signal(signal.SIGKILL)
        await asyncio.gather(*self._tasks)

    async def next_invocation(self) -> Invocation | None:
        """Wait for an invocation for the process; None if the process ended first."""
        if not self._ready.is_set():
            self._init_ms = (time.monotonic() - self._spawned) * 1000
            self._ready.set()
        self.idle_since = time.monotonic()
        self._on_idle(self)
        get = asyncio.create_task(self._next.get())
        end = asyncio.create_task(self._exited.wait())
        await asyncio.wait({get, end}, return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        if self._exited.is_set():
            get.cancel()
            return None
        invocation = get.result()
        invocation.started = time.monotonic()
        invocation.deadline = time.time() + self._args.timeout_s
        self._log.platform("start", {"requestId": invocation.request_id, "version": "$LATEST"})
        asyncio.get_running_loop().call_later(self._args.timeout_s, self._time_out, invocation)
        return invocation

    def answered(self, request_id: str, answer: bytes) -> bool:
        """Record the process's answer; False when there is no such invocation."""
        return self._finish(request_id, "success", answer=answer)

    def failed(self, request_id: str, reason: str) -> bool:
        """Record the process's error; False when there is no such invocation."""
        return self._finish(request_id, "error", error=reason, kind=reason.partition(":")[0])

    def init_failed(self, reason: str) -> None:
        """Record the process's initialisation error."""
        self.init_error = reason

    def watch_memory(self) -> None:
        """Kill the process when it uses more memory than declared."""
        if self._current is not None and self._measure_memory() > self._args.memory_mb:
            self._finish(
                self._current.request_id,
                "error",
                error="Runtime exited with error: signal: killed",
                kind="Runtime.OutOfMemory",
            )
            self._signal(signal.SIGKILL)

    def _finish(self, request_id: str, status: str, *, answer: bytes = b"", error: str = "", kind: str = "") -> bool:
        invocation = self._current
        if invocation is None or invocation.request_id != request_id:
            return False
        self._current, self._is_taken = None, False
        self._report(invocation, status, kind)
        if not invocation.answer.done():
            if error:
                invocation.answer.set_exception(InvocationError(_BAD_GATEWAY, error))
            else:
                invocation.answer.set_result(answer)
        return True

    def _report(self, invocation: Invocation, status: str, kind: str) -> None:
        duration_ms = (time.monotonic() - invocation.started) * 1000
        metrics: dict[str, object] = {
            "durationMs": round(duration_ms, 3),
            "billedDurationMs": int(duration_ms + (self._init_ms or 0)) + 1,
            "memorySizeMB": self._args.memory_mb,
            "maxMemoryUsedMB": min(self._measure_memory(), self._args.memory_mb),
        }
        if self._init_ms is not None:
            metrics["initDurationMs"] = round(self._init_ms, 3)
            self._init_ms = None
        record: dict[str, object] = {"requestId": invocation.request_id, "metrics": metrics, "status": status}
        self._log.platform("report", {**record, "errorType": kind} if kind else record)

    def _measure_memory(self) -> int:
        if self._memory is not None:
            # The last value remains when the process has ended.
            with contextlib.suppress(psutil.Error):
                self._peak_mb = max(self._peak_mb, self._memory.memory_info().rss // MEGABYTE)
        return self._peak_mb

    def _time_out(self, invocation: Invocation) -> None:
        if self._current is invocation:
            reason = f"Task timed out after {self._args.timeout_s:.2f} seconds"
            self._finish(invocation.request_id, "timeout", error=reason)
            self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def _spawn(self, runtime_address: str) -> None:
        self._spawned = time.monotonic()
        self._process = await spawn(self._args, runtime_address, self._stream)
        # A process that fails at once may have ended already.
        with contextlib.suppress(psutil.NoSuchProcess):
            self._memory = psutil.Process(self._process.pid)
        self._tasks.append(asyncio.create_task(self._watch_process(self._process)))

    async def _serve_runtime_api(self, listener: socket.socket) -> None:
        try:
            await self._server.serve([listener])
        finally:
            listener.close()

    async def _watch_process(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is not None:
            async for line in process.stdout:
                self._log.write(line.decode(errors="replace"))
        code = await process.wait()
        if not self._ready.is_set() and not self.init_error:
            self.init_error = f"the process ended with exit code {code}"
        self._exited.set()
        if self._current is not None:
            reason = f"Runtime exited: {exit_text(code)}"
            self._finish(self._current.request_id, "error", error=reason, kind="Runtime.ExitError")
        self._server.should_exit = True
        self._on_end(self)
