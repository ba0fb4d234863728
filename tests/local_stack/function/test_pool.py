"""The function: real awslambdaric processes that answer, crash, hang and fail to start."""

from __future__ import annotations

import asyncio
import json
import tempfile
import textwrap
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import psutil
import pytest

from inference_lib.http.requests import MAX_ANSWER_BYTES, MAX_EVENT_BYTES
from local_stack.errors import EventTooLargeError, InvocationError, LocalStackError, ThrottledError
from local_stack.function.arguments import FunctionArgs
from local_stack.function.log import FunctionLog
from local_stack.function.pool import Function

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
        case "answer":
            return "x" * (event["bytes"] - len('""'))
        case "crash":
            os._exit(3)
        case "raise":
            raise ValueError("no such thing")
        case "grow":
            block = bytearray(400 * 1024 * 1024)
            time.sleep(60)
        case "meet":
            os.mknod(os.path.join(event["place"], str(os.getpid())))
            while len(os.listdir(event["place"])) < event["number"]:
                time.sleep(0.01)
            return {"pid": os.getpid()}
        case "hang":
            time.sleep(3600)
"""


@asynccontextmanager
async def _running(folder: Path, options: dict[str, float], source: str = _HANDLER) -> AsyncIterator[Function]:
    (folder / "probe.py").write_text(textwrap.dedent(source))
    args = FunctionArgs(
        name="inference-test",
        handler="probe.handler",
        memory_mb=int(options.get("memory_mb", 256)),
        timeout_s=options.get("timeout_s", 20),
        environment={"COLOUR": "red"},
        root=folder,
        reserved_concurrency=int(options["reserved"]) if "reserved" in options else None,
    )
    log = FunctionLog(folder / "logs" / "function.jsonl")
    most, keep_alive_s = int(options.get("environments", 1)), options.get("keep_alive_s", 300)
    function = Function(args, log, environments=most, keep_alive_s=keep_alive_s)
    try:
        await function.start()
        yield function
    finally:
        await function.stop()
        log.close()


def _try(folder: Path, work: Callable[[Function], Awaitable[None]], **options: float) -> None:
    async def main() -> None:
        async with _running(folder, options) as function:
            await work(function)

    asyncio.run(main())


def _echo(what: object) -> bytes:
    return json.dumps({"do": "echo", "what": what}).encode()


def _records(folder: Path, kind: str) -> list[dict[str, object]]:
    # The runtime client's own lines are text.
    lines = [line for line in (folder / "logs" / "function.jsonl").read_text().splitlines() if line.startswith("{")]
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
    assert [record["status"] for record in _records(tmp_path, "platform.report")] == ["error", "success"]


def test_an_answer_that_lambda_does_not_take_is_a_502_and_costs_the_process(tmp_path: Path) -> None:
    async def work(function: Function) -> None:
        largest = await function.invoke(json.dumps({"do": "answer", "bytes": MAX_ANSWER_BYTES}).encode())
        assert len(largest) == MAX_ANSWER_BYTES
        with pytest.raises(InvocationError, match=r"exceeded maximum allowed payload size \(6291556 bytes\)") as raised:
            await function.invoke(json.dumps({"do": "answer", "bytes": MAX_ANSWER_BYTES + 1}).encode())
        assert raised.value.status == 502
        assert json.loads(await function.invoke(_echo("after")))["echoed"] == "after"

    _try(tmp_path, work)
    reports = json.loads(json.dumps(_records(tmp_path, "platform.report")))
    assert [report.get("errorType") for report in reports] == [None, "Function.ResponseSizeTooLarge", None]
    assert ["initDurationMs" in report["metrics"] for report in reports] == [True, False, True]
    assert "LAMBDA_RUNTIME Failed to post handler success response" in (tmp_path / "logs/function.jsonl").read_text()


def test_an_event_that_lambda_does_not_take_never_reaches_the_function(tmp_path: Path) -> None:
    async def work(function: Function) -> None:
        event = _echo("")
        largest = event[:-2] + b"x" * (MAX_EVENT_BYTES - len(event)) + event[-2:]
        assert len(json.loads(await function.invoke(largest))["echoed"]) == MAX_EVENT_BYTES - len(event)
        with pytest.raises(EventTooLargeError, match="6291457 byte payload is too large") as raised:
            await function.invoke(largest + b" ")
        assert raised.value.status == 413

    _try(tmp_path, work)
    assert len(_records(tmp_path, "platform.report")) == 1


def test_an_exception_is_a_502_and_the_process_goes_on(tmp_path: Path) -> None:
    async def work(function: Function) -> None:
        with pytest.raises(InvocationError, match="ValueError: no such thing"):
            await function.invoke(b'{"do": "raise"}')
        await function.invoke(_echo(1))

    _try(tmp_path, work)
    assert _cold_starts(tmp_path) == [True, False], "the second request must not be a cold start"


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


def _cold_starts(folder: Path) -> list[bool]:
    return ["initDurationMs" in json.dumps(each) for each in _records(folder, "platform.report")]


def _meeting(folder: Path, number: int) -> bytes:
    """Return a request that is answered when so many processes have it at once, however slowly they start."""
    return json.dumps({"do": "meet", "place": tempfile.mkdtemp(dir=folder), "number": number}).encode()


def test_requests_at_once_each_have_an_environment_and_later_ones_find_them_warm(tmp_path: Path) -> None:
    meet = _meeting(tmp_path, 3)

    async def work(function: Function) -> None:
        answers = await asyncio.gather(*(function.invoke(meet) for _ in range(3)))
        assert len({json.loads(answer)["pid"] for answer in answers}) == 3
        await asyncio.gather(*(function.invoke(_echo(1)) for _ in range(2)))
        assert function.environments == 3

    _try(tmp_path, work, environments=4)
    assert sorted(_cold_starts(tmp_path)) == [False, False, True, True, True]


def test_one_after_the_other_needs_no_second_environment(tmp_path: Path) -> None:
    async def work(function: Function) -> None:
        for number in range(100):
            await function.invoke(_echo(number))
        assert function.environments == 1

    _try(tmp_path, work, environments=4)


def test_beyond_what_is_reserved_requests_are_throttled_and_none_of_the_others_suffers(tmp_path: Path) -> None:
    meet = _meeting(tmp_path, 2)

    async def work(function: Function) -> None:
        answers = await asyncio.gather(*(function.invoke(meet) for _ in range(5)), return_exceptions=True)
        assert sum(isinstance(answer, ThrottledError) for answer in answers) == 3
        assert sum(isinstance(answer, bytes) for answer in answers) == 2

    _try(tmp_path, work, environments=4, reserved=2)


def test_an_idle_process_is_frozen_and_thaws_for_the_next_request(tmp_path: Path) -> None:
    others = set(psutil.Process().children())

    async def work(function: Function) -> None:
        await function.invoke(_echo(1))
        (worker,) = set(psutil.Process().children()) - others
        while worker.status() != psutil.STATUS_STOPPED:  # noqa: ASYNC110 - the test waits for the stack itself
            await asyncio.sleep(0)
        assert json.loads(await function.invoke(_echo(2)))["echoed"] == 2

    _try(tmp_path, work)


def test_an_idle_environment_ends(tmp_path: Path) -> None:
    async def work(function: Function) -> None:
        await function.invoke(_echo(1))
        while function.environments:  # noqa: ASYNC110 - the test waits for what the stack itself does
            await asyncio.sleep(0)
        assert json.loads(await function.invoke(_echo(2)))["echoed"] == 2

    _try(tmp_path, work, keep_alive_s=0.01)
    assert _cold_starts(tmp_path) == [True, True]


def test_a_process_that_takes_more_memory_than_declared_is_killed_as_lambda_does(tmp_path: Path) -> None:
    async def work(function: Function) -> None:
        with pytest.raises(InvocationError, match="signal: killed"):
            await function.invoke(b'{"do": "grow"}')
        assert json.loads(await function.invoke(_echo("after")))["echoed"] == "after"

    _try(tmp_path, work, memory_mb=128)
    report = _records(tmp_path, "platform.report")[0]
    assert (report["status"], report["errorType"]) == ("error", "Runtime.OutOfMemory")


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
        async with _running(tmp_path, {}, source="raise RuntimeError('the bundle is damaged')"):
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
