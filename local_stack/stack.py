"""Runs the local stack: function, gateway and monitoring in one event loop, until it is stopped."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_stack.errors import ExpressionError, LocalStackError
from local_stack.function.log import FunctionLog
from local_stack.function.pool import KEEP_ALIVE_S, Function
from local_stack.gateway.access_log import access_log
from local_stack.gateway.rest_api import RestApi
from local_stack.gateway.server import Gateway
from local_stack.machine.clock import Clock
from local_stack.machine.loopback import HOST, listen, server_of
from local_stack.model_monitor.aws_api import AWS_PREFIX
from local_stack.model_monitor.runner import LocalMonitor
from local_stack.monitoring.api import PREFIX, MonitoringApiArgs, monitoring_api
from local_stack.monitoring.database import FolderLock, open_database
from local_stack.monitoring.insights.log_file import lines_since
from local_stack.monitoring.insights.query import run_query
from local_stack.monitoring.metrics.meters import ApiMeter, FunctionMeter
from local_stack.monitoring.observed import Monitoring

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from inference_lib.contract.document import Contract
    from local_stack.declared.evaluation import Declared
    from local_stack.function.arguments import FunctionArgs

LOG_FILE = "function.jsonl"
ACCESS_LOG_FILE = "access.jsonl"
DATABASE_FILE = "monitoring.sqlite"


@dataclass(frozen=True, kw_only=True)
class StackArgs:
    """The parts of a stack to run, and their settings.

    Parameters
    ----------
    declared : Declared
        The evaluated Pulumi program.
    function : FunctionArgs
        The declared function.
    monitor : FunctionArgs, optional
        The function of the model monitor, if declared.
    contract : Contract
        Contract of the served bundle.
    port : int
        Port of the API on the loopback interface.
    state : Path
        Folder of the logs, the metrics and the alarms.
    second_state : Path, optional
        Used instead when another local stack has locked it.
    clock_speed : float
        Seconds of the stack in a second.
    environments : int
        Maximum number of concurrent execution environments; 0 means two per core.
    keep_alive_s : float, seconds
        An idle environment ends after this time.
    is_throttled : bool
        Whether the declared throttles and quotas apply.
    """

    declared: Declared
    function: FunctionArgs
    monitor: FunctionArgs | None = None
    contract: Contract
    port: int
    state: Path
    second_state: Path | None = None
    clock_speed: float = 1.0
    environments: int = 0
    keep_alive_s: float = KEEP_ALIVE_S
    is_throttled: bool = True


class LocalStack:
    """All the parts of a stack.

    Parameters
    ----------
    args : StackArgs
        The parts to run, and their settings.
    on_answer : callable
        Called with ``"METHOD /path"``, the status and the milliseconds of each answer.
    port : int
        Port of the API.

    Raises
    ------
    LocalStackError
        The state's folder is in use by another stack, or cannot be written.
    """

    def __init__(self, args: StackArgs, on_answer: Callable[[str, int, float], None], port: int) -> None:
        self._lock, state = _folder(args)
        declared, clock = args.declared, Clock(args.clock_speed)
        self.monitoring = Monitoring(declared, open_database(state / DATABASE_FILE), clock)
        self.log = FunctionLog(state / LOG_FILE, clock, self.monitoring.take)
        store = self.monitoring.store
        self.function = Function(
            args.function,
            self.log,
            environments=args.environments,
            keep_alive_s=args.keep_alive_s,
            meter=FunctionMeter(store, clock, args.function.name),
        )
        self.api = RestApi(declared, clock, is_throttled=args.is_throttled)
        meter = ApiMeter(store, clock, self.api.name, self.api.stage)
        self._access_log = access_log(declared, state / ACCESS_LOG_FILE)
        self._gateway = Gateway(self.api, self.function, on_answer, meter, self._access_log).application()
        self._args, self._port = args, port
        self._log_group = declared.one("cloudwatch/logGroup:LogGroup", "function-logs").inputs["name"]
        self.monitor = self._model_monitor(state)

    def _model_monitor(self, state: Path) -> LocalMonitor | None:
        args = self._args
        if args.monitor is None:
            return None
        return LocalMonitor(args.monitor, args.declared, self.monitoring, self._query_log, state=state, port=self._port)

    def _query_log(self, text: str, log_group: str, start: float, end: float, limit: int) -> dict[str, Any]:
        """Answer a query of Logs Insights over the log group that it names, or the function's."""
        named = re.match(r"\s*SOURCE\s+'([^']*)'", text)
        group = named[1] if named else log_group
        files = {self._log_group: self.log.path}
        if self.monitor is not None:
            files[f"/aws/lambda/{self.monitor.name}"] = self.monitor.log.path
        if group not in files:
            raise ExpressionError(f"there is no log group {group}; expected one of {', '.join(files)}")
        table = run_query(text, lines_since(files[group], start), start, end, log=group, limit=limit)
        read = {"recordsScanned": table.scanned, "bytesScanned": table.scanned_bytes}
        return {"results": table.results(), "statistics": {"recordsMatched": table.matched, **read}}

    def application(self) -> ASGIApp:
        """Return the application: the stage, and the APIs for the console and the model monitor."""
        args = self._args
        dashboard = args.declared.one("cloudwatch/dashboard:Dashboard").inputs
        about: dict[str, Any] = {
            "stack": args.declared.stack,
            "region": args.declared.region,
            "apiUrl": self.url,
            "dashboardName": dashboard["dashboardName"],
            "logGroup": self._log_group,
            "model": {"name": args.contract.name, "version": args.contract.version},
        }
        api = MonitoringApiArgs(
            monitoring=self.monitoring,
            dashboard=json.loads(dashboard["dashboardBody"]),
            about=about,
            logs_query=lambda text, *span: self._query_log(text, self._log_group, *span),
        )
        monitoring, gateway = monitoring_api(api), self._gateway
        aws = monitoring if self.monitor is None else self.monitor.application()

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            path = str(scope.get("path", ""))
            if f"{path}/".startswith(f"{AWS_PREFIX}/"):
                await aws(scope, receive, send)
            else:
                await (monitoring if path.startswith(f"{PREFIX}/") else gateway)(scope, receive, send)

        return serve

    @property
    def url(self) -> str:
        """The address of the stage."""
        return f"http://{HOST}:{self._port}/{self.api.stage}"

    def close(self) -> None:
        """Write the remaining data and unlock the folder."""
        self.monitoring.close()
        self.log.close()
        if self.monitor is not None:
            self.monitor.close()
        if self._access_log is not None:
            self._access_log.close()
        self._lock.release()


async def run_stack(args: StackArgs, show: Callable[[str], None], *, is_quiet: bool = False) -> None:
    """Run until SIGINT or SIGTERM; then finish the last requests, and stop every process.

    Parameters
    ----------
    args : StackArgs
        The parts to run, and their settings.
    show : callable
        Called with each line for the terminal.
    is_quiet : bool
        Whether to omit the line for each request.

    Raises
    ------
    LocalStackError
        The port or the folder is in use, or the function does not start.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(args, _log_answers(show, is_quiet=is_quiet)) as stack:
        _welcome(args, stack, show)
        await stop.wait()
        show("Stopping ...")


@asynccontextmanager
async def running(args: StackArgs, on_answer: Callable[[str, int, float], None]) -> AsyncIterator[LocalStack]:
    """Serve a stack within the block; then finish the last requests, and stop every process.

    Parameters
    ----------
    args : StackArgs
        The parts to run, and their settings.
    on_answer : callable
        As in ``LocalStack``.

    Raises
    ------
    LocalStackError
        As ``run_stack``.
    """
    listener = listen(args.port)
    stack = LocalStack(args, on_answer, listener.getsockname()[1])
    server = server_of(stack.application())
    watching = [asyncio.create_task(stack.monitoring.run())]
    try:
        await stack.function.start()
        serving = asyncio.create_task(server.serve([listener]))
        if stack.monitor is not None:
            watching.append(asyncio.create_task(stack.monitor.run()))
        yield stack
        server.should_exit = True
        await serving
    finally:
        for task in watching:
            task.cancel()
        await stack.function.stop()
        if stack.monitor is not None:
            await stack.monitor.stop()
        listener.close()
        stack.close()


def _folder(args: StackArgs) -> tuple[FolderLock, Path]:
    """Lock the folder of the state, or the second one when another local stack has locked the first."""
    try:
        return FolderLock(args.state), args.state
    except LocalStackError:
        if args.second_state is None:
            raise
        return FolderLock(args.second_state), args.second_state


def _log_answers(show: Callable[[str], None], *, is_quiet: bool) -> Callable[[str, int, float], None]:
    def answered(route: str, status: int, milliseconds: float) -> None:
        if not is_quiet:
            show(f"{time.strftime('%H:%M:%S')}  {status}  {milliseconds:7.1f} ms  {route}")

    return answered


def _python() -> str:
    """Return the path of this Python, relative to the working directory if possible."""
    python, here = Path(sys.executable), Path.cwd()
    return str(python.relative_to(here) if python.is_relative_to(here) else python)


def _welcome(args: StackArgs, stack: LocalStack, show: Callable[[str], None]) -> None:
    from infra.api.definition import predict_command  # noqa: PLC0415 - imports Pulumi, which --help does not need

    base_url = stack.url
    show(f"Serving {args.contract.name} {args.contract.version}; Ctrl-C stops it.")
    show(f"  API      {base_url}")
    show(f"  docs     {base_url}/docs")
    show(f"  health   {base_url}/health")
    show(f"  model    {base_url}/model")
    show(f"  log      {stack.log.path}")
    if stack.monitor is not None:
        show(f"  drift    {stack.monitor.log.path}  (the model monitor, on its schedule)")
    show("  console  make console  (predict, dashboard, alarms)")
    show(f"  traffic  {_python()} -m local_stack replay synthetic")
    show("Call it from another terminal:\n")
    key = next(iter(stack.api.keys), "")
    show(f"  {predict_command(args.contract, base_url, with_key=bool(key)).replace('YOUR-KEY', key)}\n")
