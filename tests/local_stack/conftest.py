"""What the tests of the local stack share: the program as declared, and a stack that runs."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from local_stack.declared.evaluation import declare

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
    return declare("dev", {"inference:apiKeys": "mobile-app", "inference:quotaPerDay": "5"}, bundle=bundle_path)


@pytest.fixture(scope="session")
def open_dev(bundle_path: Path) -> Declared:
    """What the program declares for dev."""
    return declare("dev", bundle=bundle_path)


@pytest.fixture
def start_stack(bundle_path: Path, tmp_path: Path) -> Callable[..., AbstractContextManager[Running]]:
    """Start a local stack on a free port; it must end with 0 at SIGINT."""

    @contextmanager
    def start(*arguments: str | Path) -> Iterator[Running]:
        state = tmp_path / "state"
        command = [sys.executable, "-m", "local_stack", "--bundle", bundle_path, "--port", "0", "--state", state]
        process = subprocess.Popen(
            [*map(str, command), *map(str, arguments)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        seen = []
        try:
            for line in process.stdout:
                seen.append(line)
                if line.strip().startswith("curl "):
                    url = next(each.split()[1] for each in seen if each.strip().startswith("API"))
                    yield Running(process, url, line.strip(), state / "dev")
                    return
            pytest.fail("no curl line was printed:\n" + "".join(seen))
        finally:
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=20)
            assert process.returncode == 0, rest

    return start
