"""Start and stop moto's server."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.environments.locked import EnvironmentFailed, interpreter
from benchmarks.measure.process import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_REQUIREMENTS: Final = Path(__file__).with_name("requirements.txt")
_START_LIMIT_S: Final = 60.0


@contextlib.contextmanager
def moto_server() -> Iterator[str]:
    """Serve AWS's APIs while the block runs.

    Yields
    ------
    str
        The endpoint's URL.

    Raises
    ------
    EnvironmentFailed
        The server does not come up.
    """
    port = free_port()
    command: list[str | Path] = [interpreter(_REQUIREMENTS), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise EnvironmentFailed("moto's server did not come up")
