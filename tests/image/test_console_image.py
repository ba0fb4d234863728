"""The console's image in a real engine: who it runs as, and what it answers."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import uuid
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from infra.console.balancer import HEALTH_PATH, PORT
from operate.build import console as build_console
from operate.build.image import FAILED, WRONG_USAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("engine")]


@pytest.fixture(scope="module")
def tag(engine: None) -> Iterator[str]:  # noqa: ARG001 - a condition
    name = f"inference-test/console:{os.getpid()}"
    assert build_console.main(["--tag", name]) == 0
    yield name
    subprocess.run(["docker", "image", "rm", "--force", name], capture_output=True, check=False)


@pytest.fixture(scope="module")
def console(tag: str) -> Iterator[int]:
    """The port of a container that can write nowhere, as on AWS Fargate."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    name = f"inference-test-{uuid.uuid4().hex[:12]}"
    process = subprocess.Popen(
        ["docker", "run", "--rm", "--name", name, "--read-only", "--network", "host", "--memory", "1024m",
         "--env", f"STREAMLIT_SERVER_PORT={port}", tag],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "URL: http" in line:
            break
    else:
        pytest.fail("".join(said))
    yield port
    subprocess.run(["docker", "stop", name], capture_output=True, check=False)
    process.communicate()
    assert process.returncode == 0, "it ends when it is told to"


def test_it_answers_the_health_check_of_the_load_balancer(console: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", console)) as connection:
        connection.request("GET", HEALTH_PATH)
        assert connection.getresponse().status == 200


@pytest.mark.parametrize(
    ("origin", "status"), [("https://console.example.com", 101), ("https://evil.example.com", 403)]
)
def test_pages_of_its_own_name_reach_it_and_pages_of_others_do_not(console: int, origin: str, status: int) -> None:
    headers = {
        "Host": "console.example.com",
        "Origin": origin,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    with closing(http.client.HTTPConnection("127.0.0.1", console)) as connection:
        connection.request("GET", "/_stcore/stream", headers=headers)
        assert connection.getresponse().status == status


def test_it_is_not_root_and_cannot_be_led_elsewhere(tag: str) -> None:
    inspect = ["docker", "image", "inspect", "--format"]
    user = subprocess.run([*inspect, "{{.Config.User}}", tag], capture_output=True, text=True, check=True).stdout
    variables = subprocess.run([*inspect, "{{.Config.Env}}", tag], capture_output=True, text=True, check=True).stdout

    assert [part.isdecimal() and int(part) > 0 for part in user.strip().split(":")] == [True, True]
    assert "INFERENCE_CONNECTION=fixed" in variables
    assert f"STREAMLIT_SERVER_PORT={PORT}" in variables


def test_a_missing_engine_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    assert build_console.main([]) == WRONG_USAGE
    assert capsys.readouterr().err.startswith("error: no Docker engine responds.")


def test_a_failed_build_ends_with_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(build_console, "DOCKERFILE", "console/nothing")
    assert build_console.main([]) == FAILED
    assert "docker build failed; see the output above." in capsys.readouterr().err
