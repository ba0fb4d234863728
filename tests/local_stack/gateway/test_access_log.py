"""The access log: a line for each request, in the declared format."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from httpx import ASGITransport, AsyncClient

from local_stack.gateway.access_log import AccessLog, access_log
from local_stack.gateway.rest_api import RestApi
from local_stack.gateway.server import Gateway
from local_stack.machine.clock import Clock

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared


class _Hello:
    """A function that answers each event alike."""

    async def invoke(self, _event: bytes) -> bytes:
        return b'{"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": "hello"}'


@pytest.mark.parametrize(
    ("context", "line"),
    [
        ({"status": 200, "identity.sourceIp": "::1"}, '{"s": "200", "ip": "::1"}'),
        ({"status": 200, "identity.sourceIp": None}, '{"s": "200", "ip": "-"}'),
        ({"status": 0}, '{"s": "0", "ip": "-"}'),
        ({"status": "", "identity.sourceIp": 'a"b\\c'}, '{"s": "", "ip": "a\\"b\\\\c"}'),
    ],
)
def test_variables_are_replaced_and_what_has_no_value_is_a_hyphen(
    tmp_path: Path, context: dict[str, object], line: str
) -> None:
    path = tmp_path / "access.log"
    with closing(AccessLog(path, '{"s": "$context.status", "ip": "$context.identity.sourceIp"}')) as log:
        log.write(context)
        assert path.read_text() == f"{line}\n", "each line is there at once"
    with closing(AccessLog(path, "$context.status")) as log:
        log.write({"status": 404})
    assert path.read_text() == f"{line}\n404\n", "a restart appends"


def test_the_log_is_that_of_the_stage(open_dev: Declared, tmp_path: Path) -> None:
    log = access_log(open_dev, tmp_path / "access.log")
    declared = open_dev.one("apigateway/stage:Stage").inputs.get("accessLogSettings")
    assert (log is None) == (not declared)
    if log is not None:
        log.write({"httpMethod": "GET"})
        log.close()
        assert "GET" in (tmp_path / "access.log").read_text()


def test_a_line_describes_the_request_and_its_answer(
    open_dev: Declared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local_stack.gateway.server.time.time", lambda: 1_700_000_000.25)
    names = ("httpMethod", "resourcePath", "status", "responseLength", "requestTimeEpoch", "identity.userAgent")
    path = tmp_path / "access.log"
    with closing(AccessLog(path, " ".join(f"$context.{name}" for name in names))) as log:
        gateway = Gateway(RestApi(open_dev, Clock()), _Hello(), lambda *_: None, access_log=log).application()

        async def ask() -> None:
            async with AsyncClient(transport=ASGITransport(gateway), base_url="http://local") as client:
                await client.get("/dev/v2/models/small", headers={"user-agent": "app/1"})
                await client.get("/other/health")

        asyncio.run(ask())
    assert path.read_text() == "GET /v2/models/{model} 200 5 1700000000250 app/1\n"
