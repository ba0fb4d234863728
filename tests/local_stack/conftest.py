"""What the tests of the local stack share: the program as declared, and a stack that runs."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from local_stack.declared.evaluation import declare
from tests.program import FULL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from local_stack.declared.evaluation import Declared

ROOT = Path(__file__).parents[2]


class Running(NamedTuple):
    """A local stack in a process of its own."""

    process: subprocess.Popen[str]
    url: str
    curl: str
    state: Path

    @property
    def monitoring(self) -> str:
        return self.url.rpartition("/")[0] + "/_local"


@pytest.fixture(scope="session")
def dev(bundle_path: Path) -> Declared:
    """What the program declares for dev, with a key for one caller."""
    return declare("dev", {**FULL, "inference:apiKeys": "mobile-app", "inference:quotaPerDay": "5"}, bundle=bundle_path)


@pytest.fixture(scope="session")
def open_dev(bundle_path: Path) -> Declared:
    """What the program declares for dev."""
    return declare("dev", FULL, bundle=bundle_path)


@pytest.fixture
def start_stack(bundle_path: Path, tmp_path: Path) -> Callable[..., AbstractContextManager[Running]]:
    """Start a local stack on a free port; it must end with 0 at SIGINT, unless the test kills it."""
    return partial(_started, bundle_path, tmp_path / "state")


@pytest.fixture(scope="module")
def running(bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A local stack that the tests of a module share: a start takes seconds. Nobody reads what it prints."""
    full = ("--set", "monitoring=full")
    with _started(bundle_path, tmp_path_factory.mktemp("state"), "--no-throttle", "--quiet", *full) as stack:
        yield stack


@contextmanager
def _started(bundle: Path, state: Path, *arguments: str | Path) -> Iterator[Running]:
    command = [sys.executable, "-m", "local_stack", "--bundle", bundle, "--port", "0", "--state", state, *arguments]
    process = subprocess.Popen(
        [*map(str, command)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    seen = []
    try:
        for line in process.stdout:
            seen.append(line)
            if line.strip().startswith("curl "):
                url = next(each.split()[1] for each in seen if each.strip().startswith("API"))
                yield Running(process, url, line.strip(), state / "dev")
                break
        else:
            pytest.fail("no curl line was printed:\n" + "".join(seen))
    finally:
        killed = process.poll() == -signal.SIGKILL  # by the test
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=20)
        assert killed or process.returncode == 0, rest
