"""AWS's own runtime emulator and the local stack, row by row: what each does with the same function and event."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import socket
import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import httpx
import pytest

from inference_lib.http.requests import MAX_ANSWER_BYTES, MAX_EVENT_BYTES
from inference_lib.testing import rest_event
from local_stack.errors import InvocationError, LocalStackError
from local_stack.function.arguments import FunctionArgs
from local_stack.function.log import FunctionLog
from local_stack.function.pool import Function
from tests.conformance.conftest import client

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[2]
_TIMEOUT_S = 2
_HANDLER = """
import os, time

def handler(event, context):
    if isinstance(event, str):
        return len(event)
    match event["do"]:
        case "answer":
            return "x" * (event["bytes"] - len('""'))
        case "raise":
            raise ValueError("no such thing")
        case "exit":
            os._exit(3)
        case "kill":
            os.kill(os.getpid(), 9)
        case "hang":
            time.sleep(60)
        case "object":
            return object()
    return os.getpid()
"""


class _Outcome(NamedTuple):
    """What an invocation gave: an answer, or the type of an error."""

    answer: bytes = b""
    error: str = ""


def _event(do: str, **members: int) -> bytes:
    return json.dumps({"do": do, **members}).encode()


_EVENTS = {
    "an answer": _event("answer", bytes=20),
    "the largest answer": _event("answer", bytes=MAX_ANSWER_BYTES),
    "an answer of one byte more": _event("answer", bytes=MAX_ANSWER_BYTES + 1),
    "the largest event": b'"' + b"x" * (MAX_EVENT_BYTES - 2) + b'"',
    "an event that is not JSON": b"not JSON",
    "an exception": _event("raise"),
    "an answer that is not JSON": _event("object"),
    "an end of the process": _event("exit"),
    "a killed process": _event("kill"),
    "a request that hangs": _event("hang"),
}


def _free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class _Emulator:
    """The emulator in front of one function."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"

    def invoke(self, event: bytes) -> _Outcome:
        answer = httpx.post(self._url, content=event, timeout=60).content
        if answer.startswith(b"Task timed out"):
            return _Outcome(error="timeout")
        # An error is told from an answer by its members alone.
        document = json.loads(answer) if answer.startswith(b'{"error') else {}
        return _Outcome(error=document["errorType"]) if document else _Outcome(answer=answer)


@contextmanager
def _emulator(handler: str, folder: Path, **variables: str) -> Iterator[_Emulator]:
    machine = "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"
    (program,) = client("emulator").parents[1].glob(f"lib/python*/site-packages/samcli/local/rapid/*-{machine}")
    port, runtime_port = _free_port(), _free_port()
    settings = {"FUNCTION_TIMEOUT": str(_TIMEOUT_S), "FUNCTION_MEMORY_SIZE": "256", "FUNCTION_NAME": "emulated"}
    environment = {f"AWS_LAMBDA_{name}": value for name, value in settings.items()}
    addresses = ["--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
    addresses += ["--runtime-api-address", f"127.0.0.1:{runtime_port}"]
    with (folder / "emulator.log").open("wb") as log:
        process = subprocess.Popen(
            [str(program), *addresses, sys.executable, "-m", "awslambdaric", handler],
            cwd=folder, stdout=log, stderr=subprocess.STDOUT,
            env={**os.environ, **environment, **variables, "PYTHONPATH": str(_ROOT)},
        )  # fmt: skip
        try:
            while process.poll() is None:
                with closing(socket.socket()) as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
            yield _Emulator(port)
        finally:
            process.terminate()
            process.wait(timeout=20)


class _Local:
    """The local stack's function."""

    def __init__(self, function: Function, log: Path, runner: asyncio.Runner) -> None:
        self._function, self._log, self._runner = function, log, runner

    def invoke(self, event: bytes) -> _Outcome:
        try:
            return _Outcome(answer=self._runner.run(self._function.invoke(event)))
        except InvocationError:
            lines = [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]
            record = [line["record"] for line in lines if line.get("type") == "platform.report"][-1]
            return _Outcome(error=record.get("errorType") or record["status"])


@contextmanager
def _local(handler: str, folder: Path, **variables: str) -> Iterator[_Local]:
    args = FunctionArgs(
        name="local",
        handler=handler,
        memory_mb=256,
        timeout_s=_TIMEOUT_S,
        environment={**variables, "PYTHONPATH": str(_ROOT)},
        root=folder,
        reserved_concurrency=None,
    )
    log = FunctionLog(folder / "function.jsonl")
    function = Function(args, log, environments=1)
    with asyncio.Runner() as runner:
        try:
            runner.run(function.start())
            yield _Local(function, log.path, runner)
        finally:
            runner.run(function.stop())
            log.close()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[_Emulator, _Local]]:
    """The same function under the emulator and in the local stack."""
    folder = tmp_path_factory.mktemp("function")
    (folder / "probe.py").write_text(_HANDLER)
    with ExitStack() as stack:
        emulator = stack.enter_context(_emulator("probe.handler", folder))
        yield emulator, stack.enter_context(_local("probe.handler", folder))


@pytest.mark.parametrize("event", _EVENTS.values(), ids=_EVENTS)
def test_the_local_stack_does_what_the_emulator_does(both: tuple[_Emulator, _Local], event: bytes) -> None:
    emulated, local = (each.invoke(event) for each in both)
    assert local == emulated
    assert local.answer or local.error


@pytest.mark.parametrize("kind", ["an answer of one byte more", "an end of the process", "a killed process"])
def test_a_process_that_is_lost_is_replaced_alike(both: tuple[_Emulator, _Local], kind: str) -> None:
    for each in both:
        before = each.invoke(_event("pid")).answer
        assert each.invoke(_event("pid")).answer == before, "a process serves more than one event"
        assert each.invoke(_EVENTS[kind]).error
        after = each.invoke(_event("pid"))
        assert after.answer
        assert after.answer != before


def test_the_function_answers_its_first_event_under_the_emulator(bundle_path: Path, tmp_path: Path) -> None:
    body = {"instances": [{"age": 40, "cups of coffee": 0, "chronotype": "early"}]}
    event = json.dumps(rest_event("POST", "/predict", body)).encode()  # type: ignore[arg-type] # JSON
    with _emulator("inference_lib.handler.handler", tmp_path, MODEL_BUNDLE=str(bundle_path)) as emulator:
        answer = json.loads(emulator.invoke(event).answer)
        direct = json.loads(emulator.invoke(b"null").answer)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["predictions"][0]["label"] == "carry on"
    assert direct["status"] == 400


def test_a_start_that_fails_never_answers_alike(tmp_path: Path) -> None:
    variables = {"MODEL_BUNDLE": str(tmp_path / "nowhere")}
    with _emulator("inference_lib.handler.handler", tmp_path, **variables) as emulator:
        assert emulator.invoke(b"{}").error == "BundleError"
    with (
        pytest.raises(LocalStackError, match="BundleError"),
        _local("inference_lib.handler.handler", tmp_path, **variables),
    ):
        pytest.fail("it started")
