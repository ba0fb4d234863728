"""The local stack as a process, and clients in environments of their own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.environments.locked import interpreter

if TYPE_CHECKING:
    from collections.abc import Iterator

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]


@dataclass(frozen=True)
class Api:
    """A served model."""

    port: int
    stage: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.stage}"


@pytest.fixture(scope="module")
def api(bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    state = tmp_path_factory.mktemp("stack")
    command = [sys.executable, "-m", "local_stack", "--stack", "dev", "--bundle", bundle_path, "--port", str(port)]
    command += ["--state", state, "--no-throttle", "--quiet", "--set", "monitoring=full"]
    command += ["--set", "modelMonitor=true", "--set", "feedback=true"]
    process = subprocess.Popen(
        [*map(str, command)], cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "TMPDIR": str(state)},
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if re.search(r"curl .*/predict", line):
            break
    else:
        pytest.fail("the local stack did not start")
    # What it prints from now on is read, or it would wait for a reader.
    reader = threading.Thread(target=process.stdout.read)
    reader.start()
    yield Api(port, "dev")
    process.terminate()
    process.wait(timeout=20)
    reader.join()
    process.stdout.close()


def client(name: str) -> Path:
    """Return the Python of a client's environment; skip where its packages are not welcome."""
    return environment(_HERE / name)


def environment(folder: Path) -> Path:
    """Return the Python of the environment that a folder's lock describes; skip where it is not made yet."""
    made = list((_ROOT / "build" / "benchmarks").glob(f"{folder.name}-*"))
    if not os.environ.get("CI") and not made:
        pytest.skip(f"installs the packages of {folder.name}; runs in CI, and with CI=1")
    return interpreter(folder / "requirements.txt")


def run(name: str, code: str, *arguments: str) -> str:
    """Run code in a client's environment and return what it prints."""
    command = [client(name), "-W", "ignore", "-c", code, *arguments]
    answer = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, cwd=_ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout
