"""A bundle behind HTTP, by the command: the routes of the function, and refusals of what it cannot read."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from inference_lib.http.requests import MAX_EVENT_BYTES
from model_export.commands.serve import main

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
INSTANCE = {"age": 40, "cups of coffee": 0, "chronotype": "early"}


@pytest.fixture(scope="module")
def served(bundle_path: Path) -> Iterator[tuple[str, str]]:
    """The address of the bundle, and the command line that it prints."""
    command = [sys.executable, "-m", "model_export", "serve", str(bundle_path.parent), "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    found = re.search(r"at (http://127\.0\.0\.1:\d+); the manual", first)
    assert found, first
    process.stdout.readline()
    yield found[1], process.stdout.readline().strip()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0, "Ctrl-C is how it ends"
    process.stdout.close()


def test_the_command_line_that_it_prints_gets_a_prediction(served: tuple[str, str]) -> None:
    done = subprocess.run(["sh", "-c", served[1]], capture_output=True, text=True, check=True, env=_direct())

    assert '"predictions"' in done.stdout


def _direct() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def test_the_routes_are_those_of_the_function(served: tuple[str, str]) -> None:
    with httpx.Client(base_url=served[0], trust_env=False) as client:
        assert client.get("/health").json()["status"] == "ok"
        predicted = client.post("/predict", json={"instances": [INSTANCE]}).json()
        assert predicted["predictions"][0]["label"] == "carry on"
        assert "<html" in client.get("/docs?x=1").text
        refused = client.post("/predict", json={"instances": [{**INSTANCE, "age": 500}]})
        assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
        assert client.get("/nothing").status_code == 404
        assert client.head("/health").content == b""


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("transfer-encoding: chunked", 411),
        ("content-length: many", 411),
        ("content-length: -1", 411),
        (f"content-length: {MAX_EVENT_BYTES + 1}", 413),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_and_the_connection_ends(
    headers: str, status: int, served: tuple[str, str]
) -> None:
    address = ("127.0.0.1", int(served[0].rpartition(":")[2]))
    with closing(socket.create_connection(address, timeout=30)) as connection:
        connection.sendall(f"POST /predict HTTP/1.1\r\nhost: x\r\n{headers}\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b"")).decode()

    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert '"detail": "expected a body ' in answer


def test_wrong_usage_is_one_sentence(
    bundle_path: Path, tmp_path: Path, served: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    port = served[0].rpartition(":")[2]

    assert main([str(bundle_path), "--port", port]) == 2
    assert capsys.readouterr().err == (
        f"error: port {port} cannot be used (Address already in use). Choose another, or a free one: --port 0\n"
    )
    assert main([str(tmp_path)]) == 2
    assert re.fullmatch(r"error: .+: no model bundle here; .+\n", capsys.readouterr().err)
    for arguments in ([], [str(bundle_path), "--port", "70000"], [str(bundle_path), "--port", "x"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
        assert re.fullmatch(r"error: .+ Help: .+ --help\n", capsys.readouterr().err)
