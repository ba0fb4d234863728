"""Processes that are killed outright: the function's in mid-request, and the whole stack."""

from __future__ import annotations

import json
import random
import sqlite3
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest

from inference_lib.telemetry.metrics import namespace
from tests.local_stack.asking import query, total

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.local_stack.conftest import Running

    Start = Callable[..., AbstractContextManager[Running]]

_CLIENTS, _REQUESTS, _BETWEEN_KILLS = 32, 60, 40
_BODY = {"instances": [{"age": 41.5, "cups of coffee": 3, "chronotype": "late"}]}


def _kill_one(stack: psutil.Process, generator: random.Random) -> bool:
    """Kill one of the function's processes; False where none runs at this moment."""
    with suppress(psutil.NoSuchProcess):
        workers = [each for each in stack.children(recursive=True) if "awslambdaric" in each.cmdline()]
        if workers:
            generator.choice(workers).kill()
            return True
    return False


@pytest.mark.slow
def test_a_killed_process_fails_at_most_the_request_that_it_worked_on(start_stack: Start) -> None:
    generator, counting = random.Random(7), threading.Lock()  # noqa: S311 - no secret depends on it
    statuses: Counter[int] = Counter()
    killed = 0
    with start_stack("--no-throttle", "--quiet") as running:
        stack = psutil.Process(running.process.pid)

        def client(_: int) -> None:
            nonlocal killed
            with httpx.Client(timeout=60) as http:
                for _ in range(_REQUESTS):
                    status = http.post(f"{running.url}/predict", json=_BODY).status_code
                    with counting:
                        statuses[status] += 1
                        if statuses.total() % _BETWEEN_KILLS == 0:
                            killed += _kill_one(stack, generator)

        with ThreadPoolExecutor(_CLIENTS) as pool:
            list(pool.map(client, range(_CLIENTS)))
        assert httpx.post(f"{running.url}/predict", json=_BODY, timeout=60).status_code == 200

    assert statuses.total() == _CLIENTS * _REQUESTS
    assert set(statuses) <= {200, 429, 502, 504}
    assert killed > 20
    assert 0 < statuses[502] + statuses[504] <= killed


def test_what_was_written_of_a_metric_is_still_there_after_the_stack_was_killed(start_stack: Start) -> None:
    asked = query("m", namespace("dev"), "Predictions", "Sum", {"Model": "small"})
    for already in range(3):
        with start_stack("--set", "monitoring=full") as running:
            database = running.state / "monitoring.sqlite"
            assert total(running, asked) == already
            assert httpx.post(f"{running.url}/predict", json=_BODY, timeout=60).status_code == 200
            while _written(database) == already:  # the stack writes once a second
                assert running.process.poll() is None
            running.process.kill()
            running.process.wait()
        with closing(sqlite3.connect(database)) as opened:
            assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _written(database: Path) -> float:
    """Return the sum of the predictions that are on the disk."""
    with closing(sqlite3.connect(database)) as opened:
        rows = opened.execute(
            "SELECT SUM(total) FROM minute JOIN series ON series.id = minute.series "
            "WHERE metric = ? AND dimensions = ?",
            ("Predictions", json.dumps([("Model", "small")])),
        )
        return float(rows.fetchone()[0] or 0)
