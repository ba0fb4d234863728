"""Every way to fail, by really failing under awslambdaric: the queries list it and find it by its request."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest

import inference_lib
from infra.monitoring import queries
from local_stack.errors import InvocationError, LocalStackError
from local_stack.function.arguments import FunctionArgs
from local_stack.function.log import FunctionLog
from local_stack.function.pool import Function
from local_stack.monitoring.insights.query import run_query

_ROOT = Path(inference_lib.__file__).parents[1]

_HANDLER = """
import os, time

def handler(event, context):
    match event["do"]:
        case "raise":
            raise ValueError("no such thing")
        case "exit":
            os._exit(3)
        case "hang":
            time.sleep(600)
        case "grow":
            block = bytearray(400 * 1024 * 1024)
            time.sleep(600)
        case "answer":
            return "x" * 7_000_000
        case "object":
            return object()
    return "answered"
"""


_HANG = json.dumps({"do": "hang"}).encode()


def _log_of(folder: Path, handler: str, *events: bytes, **environment: str) -> list[str]:
    args = FunctionArgs(
        name="inference-test",
        handler=handler,
        memory_mb=128,
        timeout_s=1 if _HANG in events else 60,  # no other event ends by it, on a busy machine either
        environment=environment,
        root=folder,
        reserved_concurrency=None,
    )

    async def main() -> None:
        log = FunctionLog(folder / "function.jsonl")
        function = Function(args, log, environments=1)
        try:
            await function.start()
            for event in events:
                with contextlib.suppress(InvocationError):
                    await function.invoke(event)
        finally:
            await function.stop()
            log.close()

    with contextlib.suppress(LocalStackError):
        asyncio.run(main())
    return (folder / "function.jsonl").read_text().splitlines()


def _rows(query: str, log: list[str]) -> list[dict[str, str]]:
    table = run_query(query, log, time.time() - 3600, time.time() + 3600)
    return [{cell["field"]: cell["value"] for cell in row} for row in table.results()]


def _event(do: str) -> bytes:
    return json.dumps({"do": do}).encode()


@pytest.mark.parametrize(
    ("event", "kinds", "texts"),
    [
        (_event("raise"), ["ValueError"], ["no such thing"]),
        (_event("object"), ["Runtime.MarshalError"], ["not JSON serializable"]),
        (b"not JSON", ["Runtime.UnmarshalError"], ["Unable to unmarshal input"]),
        (_event("exit"), ["Runtime.ExitError"], []),
        (_HANG, ["timeout"], []),
        (_event("grow"), ["Runtime.OutOfMemory"], []),
        (_event("answer"), ["Function.ResponseSizeTooLarge"], ["LAMBDA_RUNTIME Failed to post handler success"]),
    ],
    ids=["exception", "unmarshalled answer", "event", "exit", "timeout", "memory", "long answer"],
)
def test_a_failed_invocation_is_listed_and_found_by_its_id(
    tmp_path: Path, event: bytes, kinds: list[str], texts: list[str]
) -> None:
    (tmp_path / "probe.py").write_text(_HANDLER)
    log = _log_of(tmp_path, "probe.handler", _event("nothing"), event, _event("nothing"))
    rows = _rows(queries.ERRORS.text, log)
    assert {row["kind"] for row in rows if "kind" in row} == set(kinds)
    for text in texts:
        assert any(text in row["error"] for row in rows), rows
    (failed,) = {row["request_id"] for row in rows if row.get("request_id")}
    found = _rows(queries.ONE_REQUEST.text.replace("REQUEST-ID", failed), log)
    members: list[dict[str, Any]] = [json.loads(row["@message"]) for row in found]
    assert {"platform.start", "platform.report"} <= {each.get("type") for each in members}
    assert len([each for each in members if "errorMessage" in each]) == len([text for text in texts if text[0] != "L"])


@pytest.mark.parametrize(
    ("source", "handler", "text"),
    [
        ('raise RuntimeError("the bundle is damaged")', "probe.handler", "the bundle is damaged"),
        ("def (", "probe.handler", "Syntax error in module 'probe'"),
        ("", "probe.handler", "Handler 'handler' missing on module 'probe'"),
        ("", "nothing.handler", "Unable to import module 'nothing'"),
        ("import os; os._exit(3)", "probe.handler", ""),
        (
            "",
            "inference_lib.handler.handler",
            "initialisation failed: the environment variable MODEL_BUNDLE is not set",
        ),
    ],
    ids=["exception", "syntax", "no handler", "no module", "exit", "no bundle"],
)
def test_a_failed_start_is_listed_with_its_reason(tmp_path: Path, source: str, handler: str, text: str) -> None:
    (tmp_path / "probe.py").write_text(source)
    rows = _rows(queries.ERRORS.text, _log_of(tmp_path, handler, PYTHONPATH=str(_ROOT)))
    assert any(text in row["error"] for row in rows), rows
    assert any("platform.initReport" in row["error"] and row["kind"] == "error" for row in rows), rows
