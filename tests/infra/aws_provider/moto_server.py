"""A moto server in a process of its own: AWS as far as moto knows it, empty at first."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING

from local_stack.declared.evaluation import PROJECT_DIRECTORY

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUNNING = "Running on "


@contextlib.contextmanager
def moto_server() -> Iterator[str]:
    """Start a server on a free port of the loopback interface, and give its address."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.infra.aws_provider.moto_process", "--host", "127.0.0.1", "--port", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT_DIRECTORY,
    ) as process:
        assert process.stderr
        try:
            yield _address(process.stderr)
        finally:
            process.terminate()


def _address(log: IO[str]) -> str:
    said = []
    for line in log:
        said.append(line)
        if _RUNNING in line:
            # The server stops when nobody reads the line that it writes for each request.
            threading.Thread(target=log.read, daemon=True).start()
            return line.partition(_RUNNING)[2].strip()
    raise AssertionError(f"moto did not start:\n{''.join(said)}")
