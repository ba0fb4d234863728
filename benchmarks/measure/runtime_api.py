"""A minimal Lambda Runtime API: one connection at a time, raw sockets.

The local stack has a complete one; the cost of this one can be subtracted.
"""

from __future__ import annotations

import socket
import subprocess
import time
from typing import TYPE_CHECKING

from benchmarks.measure.process import Measured, compiling_environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_START_LIMIT_S = 120.0
_TIMEOUT_S = 60.0


class FunctionFailed(Exception):
    """The measured function reported an error, or ended."""


class Runtime(Measured):
    """One awslambdaric process and its Runtime API.

    Parameters
    ----------
    python : Path
        Interpreter of the alternative's environment.
    handler : str
        ``module.function``.
    environment : mapping of str to str
        Added to the process's environment.
    folder : Path
        Working directory; the handler is imported from here.
    """

    def __init__(self, python: Path, handler: str, environment: Mapping[str, str], folder: Path) -> None:
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self._listener.settimeout(_START_LIMIT_S)
        self._connection: socket.socket | None = None
        self._buffer = b""
        self._number = 0
        address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.started = time.perf_counter()
        process = subprocess.Popen(
            [python, "-W", "ignore", "-m", "awslambdaric", handler],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=compiling_environment({**environment, "AWS_LAMBDA_RUNTIME_API": address}),
        )
        super().__init__(process)

    def invoke(self, event: bytes) -> tuple[bytes, float]:
        """Send an event and return the answer and the seconds that it took.

        Raises
        ------
        FunctionFailed
            The function reported an error.
        """
        while True:
            path, _ = self._request()
            if path.endswith("/next"):
                break
            raise FunctionFailed(f"expected a request for the next event, got one for {path}")
        self._number += 1
        deadline_ms = int((time.time() + _TIMEOUT_S) * 1000)
        request = f"Lambda-Runtime-Aws-Request-Id: r-{self._number}\r\nLambda-Runtime-Deadline-Ms: {deadline_ms}\r\n"
        began = time.perf_counter()
        self._respond(event, request)
        path, answer = self._request()
        elapsed = time.perf_counter() - began
        self._respond(b"{}", "", "202 Accepted")
        if not path.endswith("/response"):
            raise FunctionFailed(f"the function failed: {answer[:500]!r}")
        return answer, elapsed

    def close(self) -> None:
        """End the process."""
        super().close()
        if self._connection is not None:
            self._connection.close()
        self._listener.close()

    def _request(self) -> tuple[str, bytes]:
        while b"\r\n\r\n" not in self._buffer:
            self._receive()
        head, _, rest = self._buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if headers.get("transfer-encoding", "").lower() == "chunked":
            raise FunctionFailed("the runtime client sent a chunked body, which this server does not support")
        length = int(headers.get("content-length", "0"))
        while len(rest) < length:
            self._buffer = b""
            self._receive()
            rest += self._buffer
        self._buffer = rest[length:]
        return lines[0].split()[1], rest[:length]

    def _receive(self) -> None:
        while True:
            if self._connection is None:
                self._connection, _ = self._listener.accept()
                self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            chunk = self._connection.recv(1 << 20)
            if chunk:
                self._buffer += chunk
                return
            self._connection.close()
            self._connection = None
            if self.process.poll() is not None:
                raise FunctionFailed(f"the process ended with exit code {self.process.returncode}")

    def _respond(self, body: bytes, headers: str, status: str = "200 OK") -> None:
        if self._connection is None:
            raise FunctionFailed("the runtime is not connected")
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        self._connection.sendall(head.encode() + body)
