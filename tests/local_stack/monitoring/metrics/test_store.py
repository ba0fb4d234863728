"""The store: by the minute, on disk, by period."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from local_stack.errors import LocalStackError
from local_stack.monitoring.database import FolderLock, open_database
from local_stack.monitoring.metrics.store import KEPT_S, MetricStore, SeriesName

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Opener = Callable[..., sqlite3.Connection]

_REQUESTS = SeriesName.of("Shop", "Requests", {"Stage": "dev", "Api": "a"})
_NOON = 1_800_000_000 // 86_400 * 86_400 + 12 * 3_600


def _sums(store: MetricStore, period_s: int, origin: float = 0) -> dict[float, float]:
    read = store.read(_REQUESTS, _NOON - 3600, _NOON + 3600, period_s, origin)
    return {start - _NOON: each.statistic("Sum") for start, each in read.items()}


def test_what_was_written_is_there_after_a_restart_and_minutes_go_on(opened: Opener, tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    for value in (1.0, 2.0):
        store = MetricStore(opened(path))
        store.put(_REQUESTS, _NOON + value, value)
        store.flush()
    store = MetricStore(opened(path))
    store.put(_REQUESTS, _NOON + 5, 4.0)
    assert _sums(store, 60) == {0: 7.0}, "on disk and in memory"
    assert store.names() == (_REQUESTS,)


def test_periods_begin_at_their_origin(opened: Opener) -> None:
    store = MetricStore(opened(None))
    for minute in range(10):
        store.put(_REQUESTS, _NOON + 60 * minute, 1)
    assert _sums(store, 300) == {0: 5, 300: 5}
    assert _sums(store, 300, origin=_NOON + 120) == {-180: 2, 120: 5, 420: 3}


def test_series_are_distinguished_by_every_part_of_their_names(opened: Opener) -> None:
    store = MetricStore(opened(None))
    others = [
        SeriesName.of("Shop", "Requests", {}),
        SeriesName.of("Shop", "Errors", dict(_REQUESTS.dimensions)),
        SeriesName.of("Other", "Requests", dict(_REQUESTS.dimensions)),
    ]
    for name in others:
        store.put(name, _NOON, 1)
    assert _sums(store, 60) == {}
    store.put(SeriesName.of("Shop", "Requests", {"Api": "a", "Stage": "dev"}), _NOON, 1)
    assert _sums(store, 60) == {0: 1}, "the order of dimensions does not matter"


def test_a_full_disk_loses_nothing(opened: Opener, tmp_path: Path) -> None:
    database = opened(tmp_path / "m.sqlite")
    store = MetricStore(database)
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages}")
    for minute in range(2_000):
        store.put(_REQUESTS, _NOON - 3600 + minute, minute)
    for number in range(500):
        store.put(SeriesName.of("Shop", f"Metric{number}", {"Name": "x" * 200}), _NOON, 1)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.flush()
    before = _sums(store, 3600)
    database.execute("PRAGMA max_page_count = 100000")
    store.flush()
    assert _sums(store, 3600) == before
    assert _sums(MetricStore(opened(tmp_path / "m.sqlite")), 3600) == before


def test_what_is_older_than_cloudwatch_keeps_is_forgotten(opened: Opener) -> None:
    store = MetricStore(opened(None))
    store.put(_REQUESTS, _NOON, 1)
    store.flush()
    store.prune(_NOON + KEPT_S - 120)
    assert _sums(store, 60) == {0: 1}
    store.prune(_NOON + KEPT_S + 120)
    assert _sums(store, 60) == {}


def test_a_folder_belongs_to_one_stack_at_a_time(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "dev")
    with pytest.raises(LocalStackError, match="--state DIR --port PORT"):
        FolderLock(tmp_path / "dev")
    lock.release()
    FolderLock(tmp_path / "dev").release()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.sqlite").write_bytes(b"nonsense" * 1000)
    with pytest.raises(LocalStackError, match=r"m\.sqlite: the state of the stack cannot be opened"):
        open_database(tmp_path / "m.sqlite")
