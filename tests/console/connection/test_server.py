"""The console behind a load balancer that adds the cookies of its sign-in, by a real WebSocket and a real browser."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ROOT = Path(__file__).parents[3]
_DOCKERFILE = (_ROOT / "console" / "Dockerfile").read_text(encoding="utf-8")
_VARIABLE = "WEBSOCKETS_MAX_LINE_LENGTH"
_COOKIES = "; ".join(f"AWSELBAuthSessionCookie-{part}={'x' * 3_900}" for part in range(4))
"""As many and as long as a sign-in by OpenID Connect gives."""


def _free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _console(**variables: str) -> Iterator[int]:
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "console/connection/server.py", "--server.headless", "true"]
    environment = {name: value for name, value in os.environ.items() if name != _VARIABLE}
    process = subprocess.Popen(
        [*command, "--server.port", str(port)],
        cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**environment, **variables},
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if "URL: http" in line:
            break
    else:
        pytest.fail("the console did not start")
    reader = threading.Thread(target=process.stdout.read)
    reader.start()
    try:
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)
        reader.join()
        process.stdout.close()


@contextmanager
def _load_balancer(target: int) -> Iterator[int]:
    """Run a proxy that adds the cookies to each request, and return its port."""
    ready: Future[tuple[int, Callable[[], object]]] = Future()

    async def serve() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        tasks: set[asyncio.Task[None]] = set()

        def accept(client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
            # The loop itself keeps no reference.
            tasks.add(loop.create_task(_pass(target, client, answer)))

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        ready.set_result((server.sockets[0].getsockname()[1], lambda: loop.call_soon_threadsafe(ended.set)))
        async with server:
            await ended.wait()
            server.close()
            # Connections that are open still end with their tasks.
            while others := asyncio.all_tasks() - {asyncio.current_task()}:
                for task in others:
                    task.cancel()
                await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    port, stop = ready.result()
    try:
        yield port
    finally:
        stop()
        thread.join()


async def _pass(target: int, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
    writers = [answer]
    try:
        server, request = await asyncio.open_connection("127.0.0.1", target)
        writers.append(request)
        head = (await client.readuntil(b"\r\n\r\n")).removesuffix(b"\r\n")
        # One request a connection, but for a socket: browsers open others.
        ends = b"" if b"upgrade: websocket" in head.lower() else b"Connection: close\r\n"
        request.write(head + f"Cookie: {_COOKIES}\r\n".encode() + ends + b"\r\n")
        await asyncio.gather(_copy(client, request), _copy(server, answer))
    except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
        pass  # either side has gone
    finally:
        for each in writers:
            each.transport.abort()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while block := await source.read(65_536):
        target.write(block)
        await target.drain()
    if target.can_write_eof():
        target.write_eof()


@pytest.fixture(scope="module", params=["as declared", "by default"])
def balanced(request: pytest.FixtureRequest) -> Iterator[tuple[int, bool]]:
    """The load balancer's port, and whether the console has the variable that its image sets."""
    found = re.search(rf"^ENV {_VARIABLE}=(\d+)$", _DOCKERFILE, re.MULTILINE)
    assert found is not None
    is_declared = request.param == "as declared"
    with (
        _console(**({_VARIABLE: found[1]} if is_declared else {})) as port,
        _load_balancer(port) as balanced,
    ):
        yield balanced, is_declared


def test_the_socket_opens_behind_a_sign_in_with_cookies_of_16_kb(balanced: tuple[int, bool]) -> None:
    port, is_declared = balanced
    page = httpx.get(f"http://127.0.0.1:{port}/", headers={"accept": "text/html"})
    assert page.status_code == 200, "a page that loads says nothing about the socket"
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    if is_declared:
        with connect(address, subprotocols=["streamlit"]) as opened:  # type: ignore[list-item] # a name
            assert opened.response is not None
            assert opened.response.status_code == 101
    else:
        with pytest.raises((InvalidHandshake, EOFError, OSError)):
            connect(address, subprotocols=["streamlit"], open_timeout=3)  # type: ignore[list-item] # a name


def test_the_page_shows_a_message_when_the_socket_does_not_open(balanced: tuple[int, bool]) -> None:
    port, is_declared = balanced
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("needs Chromium; on Debian: apt-get install chromium")
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=40000", "--dump-dom"]
    done = subprocess.run([*command, f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True)
    assert ('id="no-socket"' in done.stdout) is not is_declared
    assert ("does not open" in done.stdout.partition('id="no-socket"')[2]) is not is_declared


def test_only_the_page_is_changed(balanced: tuple[int, bool]) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{balanced[0]}") as client:
        page = client.get("/", headers={"accept": "text/html"})
        plain = client.get("/", headers={"accept": "*/*"})
        health = client.get("/_stcore/health", headers={"accept": "text/html"})
    for added in ("no-socket", 'id="skeleton"'):
        assert added in page.text
        assert added not in plain.text
    assert health.text == "ok"
