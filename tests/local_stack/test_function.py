"""The function: real awslambdaric processes that answer, crash, hang and fail to start."""

from __future__ import annotations

import asyncio
import json
import textwrap
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import psutil
import pytest

from local_stack.errors import InvocationError, LocalStackError
from local_stack.function import Function, FunctionArgs
from local_stack.function_log import FunctionLog
from local_stack.runtime_api import runtime_api
from local_stack.stack import HOST, listen, server_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

_HANDLER = """
import os, time

def handler(event, context):
    match event["do"]:
        case "echo":
            return {"echoed": event["what"], "remaining_ms": context.get_remaining_time_in_millis()}
        case "environment":
            return dict(os.environ)
        case "crash":
            os._exit(3)
        case "raise":
            raise ValueError("no such thing")
        case "hang":
            while True:
                time.sleep(60)
"""


@asynccontextmanager
async def _running(folder: Path, source: str = _HANDLER, timeout_s: float = 20) -> AsyncIterator[Function]:
    (folder / "probe.py").write_text(textwrap.dedent(source))
    args = FunctionArgs(
        name="inference-test",
        handler="probe.handler",
        memory_mb=256,
        timeout_s=timeout_s,
        environment={"COLOUR": "red"},
        root=folder,
    )
    log = FunctionLog(folder / "logs" / "function.jsonl")
    function = Function(args, log)
    listener = listen(0)
    server = server_of(runtime_api(function))
    serving = asyncio.create_task(server.serve([listener]))
    try:
        await function.start(f"{HOST}:{listener.getsockname()[1]}")
        yield function
    finally:
        await function.stop()
        server.should_exit = True
        await serving
        listener.close()
        log.close()


def _try(folder: Path, work: Callable[[Function], Awaitable[None]], timeout_s: float = 20) -> None:
    async def main() -> None:
        async with _running(folder, timeout_s=timeout_s) as function:
            await work(function)

    asyncio.run(main())


def _echo(what: object) -> bytes:
    return json.dumps({"do": "echo", "what": what}).encode()


def _records(folder: Path, kind: str) -> list[dict[str, object]]:
    lines = (folder / "logs" / "function.jsonl").read_text().splitlines()
    return [each["record"] for each in map(json.loads, lines) if each.get("type") == kind]


def test_requests_queue_for_the_one_process_and_none_is_lost(tmp_path: Path) -> None:
    async def work(function: Function) -> None:
        answers = await asyncio.gather(*(function.invoke(_echo(number)) for number in range(200)))
        assert [json.loads(answer)["echoed"] for answer in answers] == list(range(200))

    _try(tmp_path, work)
    assert len(_records(tmp_path, "platform.report")) == 200


def test_the_function_sees_its_declared_environment_memory_and_deadline(tmp_path: Path) -> None:
    async def work(function: Function) -> None:
        seen = json.loads(await function.invoke(b'{"do": "environment"}'))
        assert seen["COLOUR"] == "red"
        assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
        assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "inference-test"
        assert "PIP_CERT" not in seen, "the caller's environment must not reach the function"
        remaining = json.loads(await function.invoke(_echo(1)))["remaining_ms"]
        assert 0 < remaining <= 20_000

    _try(tmp_path, work)


def test_a_crash_is_a_502_and_the_next_request_is_served_by_a_new_process(tmp_path: Path) -> None:
    async def work(function: Function) -> None:
        crash = asyncio.create_task(function.invoke(b'{"do": "crash"}'))
        waiting = asyncio.create_task(function.invoke(_echo("after")))
        with pytest.raises(InvocationError, match="Runtime exited: exit status 3") as raised:
            await crash
        assert raised.value.status == 502
        assert json.loads(await waiting)["echoed"] == "after"

    _try(tmp_path, work)
    assert [record["status"] for record in _records(tmp_path, "platform.report")] == ["failure", "success"]


def test_an_exception_is_a_502_and_the_process_goes_on(tmp_path: Path) -> None:
    async def work(function: Function) -> None:
        with pytest.raises(InvocationError, match="ValueError: no such thing"):
            await function.invoke(b'{"do": "raise"}')
        await function.invoke(_echo(1))

    _try(tmp_path, work)
    reports = _records(tmp_path, "platform.report")
    cold = ["initDurationMs" in json.loads(json.dumps(report["metrics"])) for report in reports]
    assert cold == [True, False], "the second request must not be a cold start"


def test_a_request_that_hangs_is_ended_at_the_timeout(tmp_path: Path) -> None:
    async def work(function: Function) -> None:
        with pytest.raises(InvocationError, match=r"Task timed out after 0\.50 seconds"):
            await function.invoke(b'{"do": "hang"}')
        assert json.loads(await function.invoke(_echo("after")))["echoed"] == "after"

    _try(tmp_path, work, timeout_s=0.5)
    assert _records(tmp_path, "platform.report")[0]["status"] == "timeout"


def test_a_process_that_is_killed_while_idle_is_replaced(tmp_path: Path) -> None:
    others = set(psutil.Process().children())  # the servers of other tests

    async def work(function: Function) -> None:
        await function.invoke(_echo(1))
        (worker,) = set(psutil.Process().children()) - others
        worker.kill()
        while function.is_running:  # noqa: ASYNC110 - the test waits for what the stack itself notices
            await asyncio.sleep(0)
        assert json.loads(await function.invoke(_echo(2)))["echoed"] == 2

    _try(tmp_path, work)


def test_memory_is_reported_as_lambda_does(tmp_path: Path) -> None:
    async def work(function: Function) -> None:
        await function.invoke(_echo(1))

    _try(tmp_path, work)
    metrics = json.loads(json.dumps(_records(tmp_path, "platform.report")[0]["metrics"]))
    assert 5 < metrics["maxMemoryUsedMB"] < 256
    assert metrics["memorySizeMB"] == 256
    assert metrics["billedDurationMs"] > metrics["initDurationMs"] > 0


def test_a_function_that_cannot_start_says_why(tmp_path: Path) -> None:
    async def main() -> None:
        async with _running(tmp_path, source="raise RuntimeError('the bundle is damaged')"):
            pytest.fail("it started")

    with pytest.raises(LocalStackError) as raised:
        asyncio.run(main())
    assert str(raised.value) == (
        "The function did not start: RuntimeError: the bundle is damaged\n"
        f"Its log: {tmp_path / 'logs' / 'function.jsonl'}"
    )


def test_stopping_leaves_no_process_behind(tmp_path: Path) -> None:
    others = set(psutil.Process().children(recursive=True))

    async def work(function: Function) -> None:
        await function.invoke(_echo(1))

    _try(tmp_path, work)
    assert set(psutil.Process().children(recursive=True)) <= others
