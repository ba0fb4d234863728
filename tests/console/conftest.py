"""A local stack that the console's tests share, in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def api_url(bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the API of a running stack."""
    state = tmp_path_factory.mktemp("state")
    command = [sys.executable, "-m", "local_stack", "--bundle", bundle_path, "--port", "0", "--state", state]
    process = subprocess.Popen(
        [*map(str, command)], cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    address = ""
    for line in process.stdout:
        if line.strip().startswith("API "):
            address = line.split()[1]
        if line.strip().startswith("curl "):
            break
    else:
        pytest.fail("the local stack did not start")
    # What it prints from now on is read, or it would wait for a reader.
    reader = threading.Thread(target=process.stdout.read)
    reader.start()
    yield address
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)
    reader.join()
    process.stdout.close()
