"""The function: one awslambdaric process, a queue of invocations, and what Lambda does around them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psutil

from local_stack.errors import InvocationError, LocalStackError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_stack.function_log import FunctionLog

_MEGABYTE = 1024 * 1024
_INIT_LIMIT_S = 10.0
"""https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html"""

_BAD_GATEWAY = 502


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """What the stack declares about the function.

    Parameters
    ----------
    name : str
        Function name.
    handler : str
        ``module.function`` that awslambdaric calls.
    memory_mb : int, megabytes
        As declared; reported, and told to the function.
    timeout_s : float, seconds
        An invocation that takes longer is killed.
    environment : mapping of str to str
        Environment variables.
    root : Path
        Working directory of the process; the handler's package is imported from here.
    """

    name: str
    handler: str
    memory_mb: int
    timeout_s: float
    environment: Mapping[str, str]
    root: Path


@dataclass(kw_only=True)
class Invocation:
    """One event on its way through the function."""

    event: bytes
    answer: asyncio.Future[bytes]
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    deadline: float = 0.0
    started: float = 0.0


class Function:
    """Runs invocations one at a time in a real awslambdaric process.

    Invocations wait in a queue. A process that ends or exceeds its timeout is answered as a failed
    invocation, and the next invocation starts a new one.

    Parameters
    ----------
    args : FunctionArgs
        The declaration.
    log : FunctionLog
        Takes the function's output and the platform records.
    """

    def __init__(self, args: FunctionArgs, log: FunctionLog) -> None:
        self.args = args
        self._log = log
        self._runtime_api = ""
        self._queue: asyncio.Queue[Invocation] = asyncio.Queue()
        self._current: Invocation | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._exited = asyncio.Event()
        self._exited.set()
        self._init_ms: float | None = None
        self._init_error = ""
        self._peak_mb = 0
        self._is_stopping = False

    @property
    def is_running(self) -> bool:
        """Whether there is a process; without one the next invocation starts one."""
        return not self._exited.is_set()

    async def start(self, runtime_api: str) -> None:
        """Start the process and wait until it asks for its first invocation.

        Parameters
        ----------
        runtime_api : str
            ``host:port`` of the Runtime API.

        Raises
        ------
        LocalStackError
            The process ended, or reported an initialisation error, or took longer than Lambda's 10 s.
        """
        self._runtime_api = runtime_api
        await self._spawn()
        ready = asyncio.create_task(self._ready.wait())
        exited = asyncio.create_task(self._exited.wait())
        await asyncio.wait({ready, exited}, timeout=_INIT_LIMIT_S, return_when=asyncio.FIRST_COMPLETED)
        for task in (ready, exited):
            task.cancel()
        if not self._ready.is_set():
            await self.stop()
            reason = self._init_error or f"it was not ready within {_INIT_LIMIT_S:g} s"
            raise LocalStackError(f"The function did not start: {reason}\nIts log: {self._log.path}")

    async def stop(self) -> None:
        """End the process, and wait until it is gone; what still waits in the queue fails."""
        self._is_stopping = True
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._exited.wait(), 2)
            except TimeoutError:
                self._process.kill()
        await self._exited.wait()
        self._fail_waiting("the stack is stopping")

    async def invoke(self, event: bytes) -> bytes:
        """Queue an event and wait for the function's answer.

        Raises
        ------
        InvocationError
            The function failed, ended or ran into its timeout.
        """
        invocation = Invocation(event=event, answer=asyncio.get_running_loop().create_future())
        self._queue.put_nowait(invocation)
        if not self.is_running:
            await self._spawn()
        return await invocation.answer

    async def next_invocation(self) -> Invocation | None:
        """Wait for an invocation on behalf of the process; None when the process ended meanwhile."""
        if not self._ready.is_set():
            self._ready.set()
            self._init_ms = (time.monotonic() - self._spawned) * 1000
        exited = self._exited  # of this process; the next one has its own
        get = asyncio.create_task(self._queue.get())
        end = asyncio.create_task(exited.wait())
        await asyncio.wait({get, end}, return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        if exited.is_set():
            if get.done():
                self._queue.put_nowait(get.result())
            get.cancel()
            return None
        invocation = get.result()
        invocation.started = time.monotonic()
        invocation.deadline = time.time() + self.args.timeout_s
        self._current = invocation
        self._log.platform("start", {"requestId": invocation.request_id, "version": "$LATEST"})
        asyncio.get_running_loop().call_later(self.args.timeout_s, self._time_out, invocation)
        return invocation

    def answered(self, request_id: str, answer: bytes) -> bool:
        """Take the process's answer; False when there is no such invocation."""
        return self._finish(request_id, "success", answer, None)

    def failed(self, request_id: str, reason: str) -> bool:
        """Take the process's error; False when there is no such invocation."""
        return self._finish(request_id, "error", None, InvocationError(_BAD_GATEWAY, reason))

    def init_failed(self, reason: str) -> None:
        """Take the process's initialisation error."""
        self._init_error = reason

    def _finish(self, request_id: str, status: str, answer: bytes | None, error: InvocationError | None) -> bool:
        invocation = self._current
        if invocation is None or invocation.request_id != request_id:
            return False
        self._current = None
        self._report(invocation, status)
        if not invocation.answer.done():
            if error is not None:
                invocation.answer.set_exception(error)
            else:
                invocation.answer.set_result(answer or b"")
        return True

    def _report(self, invocation: Invocation, status: str) -> None:
        duration_ms = (time.monotonic() - invocation.started) * 1000
        metrics: dict[str, object] = {
            "durationMs": round(duration_ms, 3),
            "billedDurationMs": int(duration_ms + (self._init_ms or 0)) + 1,
            "memorySizeMB": self.args.memory_mb,
            "maxMemoryUsedMB": self._measure_memory(),
        }
        if self._init_ms is not None:
            metrics["initDurationMs"] = round(self._init_ms, 3)
            self._init_ms = None
        self._log.platform("report", {"requestId": invocation.request_id, "metrics": metrics, "status": status})

    def _measure_memory(self) -> int:
        try:
            pid = self._process.pid if self._process is not None else 0
            self._peak_mb = max(self._peak_mb, psutil.Process(pid).memory_info().rss // _MEGABYTE)
        except psutil.Error:
            pass  # the process is gone; what was seen before stands
        return self._peak_mb

    def _time_out(self, invocation: Invocation) -> None:
        if self._current is invocation and self._process is not None:
            reason = f"Task timed out after {self.args.timeout_s:.2f} seconds"
            self._finish(invocation.request_id, "timeout", None, InvocationError(_BAD_GATEWAY, reason))
            self._process.kill()

    async def _spawn(self) -> None:
        exited = self._exited = asyncio.Event()
        self._ready.clear()
        self._peak_mb = 0
        self._init_error = ""
        self._spawned = time.monotonic()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "awslambdaric",
            self.args.handler,
            cwd=self.args.root,
            env=self._environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=8 * _MEGABYTE,
            # Ctrl-C reaches this process alone; it ends the function in order.
            start_new_session=True,
        )
        self._watch = asyncio.create_task(self._watch_process(self._process, exited))

    async def _watch_process(self, process: asyncio.subprocess.Process, exited: asyncio.Event) -> None:
        if process.stdout is not None:
            async for line in process.stdout:
                self._log.write(line.decode(errors="replace"))
        code = await process.wait()
        if not self._ready.is_set() and not self._init_error:
            self._init_error = f"the process ended with exit code {code}"
        exited.set()
        reason = f"Runtime exited: {_exit_text(code)}"
        if self._current is not None:
            self._finish(self._current.request_id, "failure", None, InvocationError(_BAD_GATEWAY, reason))
        if not self._ready.is_set():
            self._fail_waiting(f"initialisation failed: {self._init_error}")
        elif not self._queue.empty() and not self._is_stopping:
            await self._spawn()

    def _fail_waiting(self, reason: str) -> None:
        while not self._queue.empty():
            waiting = self._queue.get_nowait()
            if not waiting.answer.done():
                waiting.answer.set_exception(InvocationError(_BAD_GATEWAY, reason))

    def _environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {
            **inherited,
            **self.args.environment,
            "AWS_LAMBDA_RUNTIME_API": self._runtime_api,
            "AWS_LAMBDA_FUNCTION_NAME": self.args.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.args.memory_mb),
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.args.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "TZ": ":UTC",
        }


def _exit_text(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
