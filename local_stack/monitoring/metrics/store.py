"""Stores datapoints by the minute, on disk, and returns them by period."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from local_stack.monitoring.metrics.distribution import Distribution

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MINUTE_S = 60

KEPT_S = 15 * 86_400
"""How long CloudWatch keeps datapoints of a minute.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
"""


_RECENT = 20_000
"""How many minutes of series are cached."""


class SeriesName(NamedTuple):
    """The full name of a metric.

    Parameters
    ----------
    namespace, metric : str
        As CloudWatch has them.
    dimensions : tuple of (str, str)
        Sorted by name.
    """

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, namespace: str, metric: str, dimensions: Mapping[str, str]) -> SeriesName:
        """Return the name with its dimensions sorted."""
        return cls(namespace, metric, tuple(sorted(dimensions.items())))


class MetricStore:
    """The metrics of a stack.

    Datapoints are collected in memory and written by ``flush``; reads see both.

    Parameters
    ----------
    database : sqlite3.Connection
        From ``open_database``.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._ids: dict[SeriesName, int] = {}
        self._unsaved: list[tuple[int, str, str, str]] = []
        self._pending: dict[tuple[int, int], Distribution] = {}
        # The last minutes are read most, by every alarm in every minute.
        self._recent: dict[tuple[int, int], Distribution] = {}
        for id_, namespace, metric, dimensions in database.execute("SELECT * FROM series"):
            pairs = tuple((name, value) for name, value in json.loads(dimensions))
            self._ids[SeriesName(namespace, metric, pairs)] = id_

    def put(self, name: SeriesName, moment: float, value: float, count: float = 1) -> None:
        """Add a datapoint, counted ``count`` times, at a time in seconds since the epoch."""
        key = (self._id(name), int(moment) // MINUTE_S)
        distribution = self._pending.get(key)
        if distribution is None:
            distribution = self._pending[key] = Distribution()
        distribution.add(value, count)

    def flush(self) -> None:
        """Write the datapoints in memory.

        Raises
        ------
        sqlite3.Error
            The write failed, for example on a full disk; the datapoints stay in memory, and nothing is lost.
        """
        if not self._pending:
            return
        written = {}
        for key, distribution in self._pending.items():
            whole = written[key] = self._written(*key)
            whole.merge(distribution)
        rows = [(*key, *_row(whole)) for key, whole in written.items()]
        self._database.execute("BEGIN")
        try:
            self._database.executemany("INSERT INTO series VALUES (?, ?, ?, ?)", self._unsaved)
            self._database.executemany("INSERT OR REPLACE INTO minute VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            self._database.execute("COMMIT")
        except sqlite3.Error:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise
        self._pending.clear()
        self._unsaved.clear()
        self._recent.update(written)
        while len(self._recent) > _RECENT:
            del self._recent[next(iter(self._recent))]

    def prune(self, now: float) -> None:
        """Delete datapoints that are older than CloudWatch keeps them."""
        self._database.execute("DELETE FROM minute WHERE minute < ?", (int(now - KEPT_S) // MINUTE_S,))

    def names(self) -> tuple[SeriesName, ...]:
        """Return every series that ever had a datapoint."""
        return tuple(self._ids)

    def read(
        self, name: SeriesName, start: float, end: float, period_s: int, origin: float = 0
    ) -> dict[float, Distribution]:
        """Return the distribution of each period that has datapoints, by its start.

        Parameters
        ----------
        name : SeriesName
            Of a series; an unknown one is empty.
        start, end : float, seconds since the epoch
            The start is inclusive, the end exclusive.
        period_s : int, seconds
            A multiple of 60.
        origin : float, seconds since the epoch
            Periods begin here and at every multiple after it.
        """
        id_ = self._ids.get(name)
        found: dict[float, Distribution] = {}
        if id_ is None:
            return found
        for minute, distribution in self._minutes(id_, int(start) // MINUTE_S, -int(-end // MINUTE_S)):
            moment = minute * MINUTE_S
            period = origin + (moment - origin) // period_s * period_s
            whole = found.get(period)
            if whole is None:
                whole = found[period] = Distribution()
            whole.merge(distribution)
        return dict(sorted(found.items()))

    def _minutes(self, id_: int, first: int, last: int) -> Iterator[tuple[int, Distribution]]:
        rows = self._database.execute(
            "SELECT minute, count, total, minimum, maximum, buckets FROM minute "
            "WHERE series = ? AND minute >= ? AND minute < ?",
            (id_, first, last),
        )
        for minute, *row in rows:
            yield minute, self._recent.get((id_, minute)) or _distribution(row)
        for (series, minute), distribution in self._pending.items():
            if series == id_ and first <= minute < last:
                yield minute, distribution

    def _written(self, id_: int, minute: int) -> Distribution:
        rows = self._database.execute(
            "SELECT count, total, minimum, maximum, buckets FROM minute WHERE series = ? AND minute = ?", (id_, minute)
        )
        row = rows.fetchone()
        return _distribution(row) if row else Distribution()

    def _id(self, name: SeriesName) -> int:
        id_ = self._ids.get(name)
        if id_ is None:
            id_ = self._ids[name] = len(self._ids) + 1
            self._unsaved.append((id_, name.namespace, name.metric, json.dumps(name.dimensions)))
        return id_


def _row(distribution: Distribution) -> tuple[float, float, float, float, str]:
    return (
        distribution.count,
        distribution.total,
        distribution.minimum,
        distribution.maximum,
        json.dumps(list(distribution.buckets.items()), separators=(",", ":")),
    )


def _distribution(row: list[float | str]) -> Distribution:
    made = Distribution()
    made.count, made.total, made.minimum, made.maximum = (float(each) for each in row[:4])
    made.buckets = {int(bucket): count for bucket, count in json.loads(str(row[4]))}
    return made
