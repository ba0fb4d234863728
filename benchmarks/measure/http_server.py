"""A model server as a whole process, called over one persistent connection."""

from __future__ import annotations

import http.client
import subprocess
import time
from typing import TYPE_CHECKING, Final

from benchmarks.measure.process import Measured, compiling_environment, free_port

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_START_LIMIT_S: Final = 120.0
_RETRY_S: Final = 0.001


class ServerFailed(Exception):
    """The measured server ended, or answered with an error."""


class HttpServer(Measured):
    """One server process.

    Parameters
    ----------
    command : sequence of str
        ``{port}`` is replaced by a free port.
    environment : mapping of str to str
        Added to the process's environment.
    folder : Path
        Working directory.
    path : str
        The path of predictions.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path, path: str) -> None:
        self._port = free_port()
        self._path = path
        self._connection: http.client.HTTPConnection | None = None
        self.started = time.perf_counter()
        process = subprocess.Popen(
            [part.format(port=self._port) for part in command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=compiling_environment(environment),
        )
        super().__init__(process)

    def invoke(self, event: bytes) -> tuple[bytes, float]:
        """Send a request and return the answer and the seconds that it took; the first waits for the server.

        Raises
        ------
        ServerFailed
            The server ended, does not come up, or answers with an error.
        """
        if self._connection is None:
            return self._first(event)
        return self._send(self._connection, event)

    def close(self) -> None:
        """End the process."""
        if self._connection is not None:
            self._connection.close()
        super().close()

    def _first(self, event: bytes) -> tuple[bytes, float]:
        while time.perf_counter() - self.started < _START_LIMIT_S:
            if self.process.poll() is not None:
                raise ServerFailed(f"the server ended with exit code {self.process.returncode}")
            connection = http.client.HTTPConnection("127.0.0.1", self._port)
            try:
                answer = self._send(connection, event)
            except (OSError, http.client.HTTPException, ServerFailed):
                connection.close()
                time.sleep(_RETRY_S)
                continue
            self._connection = connection
            return answer
        raise ServerFailed(f"the server did not answer within {_START_LIMIT_S:.0f} s")

    def _send(self, connection: http.client.HTTPConnection, event: bytes) -> tuple[bytes, float]:
        began = time.perf_counter()
        connection.request("POST", self._path, event, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        elapsed = time.perf_counter() - began
        if response.status != http.HTTPStatus.OK:
            raise ServerFailed(f"the server answered {response.status}: {answer[:500]!r}")
        return answer, elapsed
