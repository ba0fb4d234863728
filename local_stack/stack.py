"""Runs the local stack: Runtime API, function and REST API in one event loop, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from local_stack.errors import LocalStackError
from local_stack.function import Function, FunctionArgs
from local_stack.function_log import FunctionLog
from local_stack.gateway import gateway
from local_stack.runtime_api import runtime_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.applications import Starlette

    from inference_lib.contract import Contract

HOST = "127.0.0.1"
_PORTS_TO_TRY = 50
_LAST_REQUESTS_S = 3


@dataclass(frozen=True, kw_only=True)
class StackArgs:
    """What runs, and where.

    Parameters
    ----------
    function : FunctionArgs
        The declared function.
    contract : Contract
        Of the bundle that it serves.
    stage : str
        The declared stage of the API.
    port : int
        Port of the API on the loopback interface.
    log_file : Path
        The function's log group.
    """

    function: FunctionArgs
    contract: Contract
    stage: str
    port: int
    log_file: Path


class _Server(uvicorn.Server):
    """A server that leaves the signals to the stack, which stops its parts in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server_of(application: Starlette) -> uvicorn.Server:
    """Return a server for an application; it leaves the signals of the process alone."""
    return _Server(
        uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_LAST_REQUESTS_S,
            lifespan="off",
        )
    )


def listen(port: int) -> socket.socket:
    """Return a socket that listens on the loopback interface; port 0 takes any free one.

    Raises
    ------
    LocalStackError
        The port is taken; the message names a free one.
    """
    # With the protocol named, asyncio switches Nagle's algorithm off; without, each answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        free = next((each for each in range(port + 1, port + _PORTS_TO_TRY) if _is_free(each)), None)
        hint = f" Take another: --port {free} (make run PORT={free})." if free else ""
        raise LocalStackError(f"Port {port} on {HOST} cannot be used ({error.strerror}).{hint}") from error
    listener.listen(1024)
    return listener


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


async def run_stack(args: StackArgs, tell: Callable[[str], None]) -> None:
    """Run until SIGINT or SIGTERM; then let the last requests end, and stop every process.

    Parameters
    ----------
    args : StackArgs
        What runs, and where.
    tell : callable
        Takes each line for the person in front of the terminal.

    Raises
    ------
    LocalStackError
        The port is taken, or the function does not start.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    api_listener, runtime_listener = listen(args.port), listen(0)
    log = FunctionLog(args.log_file)
    function = Function(args.function, log)
    runtime_server = server_of(runtime_api(function))
    api_server = server_of(gateway(function, args.stage, _teller(tell)))
    serving = [asyncio.create_task(runtime_server.serve([runtime_listener]))]
    try:
        await function.start(f"{HOST}:{runtime_listener.getsockname()[1]}")
        serving.append(asyncio.create_task(api_server.serve([api_listener])))
        _welcome(args, api_listener.getsockname()[1], tell)
        await stop.wait()
        tell("Stopping ...")
        api_server.should_exit = True
        await serving[1]
    finally:
        await function.stop()
        runtime_server.should_exit = True
        await asyncio.gather(*serving)
        for listener in (api_listener, runtime_listener):
            listener.close()
        log.close()


def _teller(tell: Callable[[str], None]) -> Callable[[str, int, float], None]:
    def answered(route: str, status: int, milliseconds: float) -> None:
        tell(f"{time.strftime('%H:%M:%S')}  {status}  {milliseconds:7.1f} ms  {route}")

    return answered


def _welcome(args: StackArgs, port: int, tell: Callable[[str], None]) -> None:
    from infra.api import predict_command  # noqa: PLC0415 - imports Pulumi, which --help need not wait for

    base_url = f"http://{HOST}:{port}/{args.stage}"
    tell(f"Serving {args.contract.name} {args.contract.version}; Ctrl-C stops it.")
    tell(f"  API      {base_url}")
    tell(f"  health   {base_url}/health")
    tell(f"  model    {base_url}/model")
    tell(f"  log      {args.log_file}")
    tell("Ask for a prediction from another terminal:\n")
    tell(f"  {predict_command(args.contract, base_url)}\n")
