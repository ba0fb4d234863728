"""The metrics, alarms and notifications of a stack, kept on disk and evaluated by the stack's clock."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from typing import TYPE_CHECKING

from local_stack.monitoring.alarms.declared_alarms import declared_alarms
from local_stack.monitoring.alarms.notifications import Notifications
from local_stack.monitoring.alarms.watch import EVERY_S, AlarmWatch
from local_stack.monitoring.metrics.ingestion import Ingestion, metric_filters
from local_stack.monitoring.metrics.store import MetricStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_stack.declared.evaluation import Declared
    from local_stack.machine.clock import Clock

_TICK_S = 0.2


class Monitoring:
    """CloudWatch and SNS of one stack.

    Parameters
    ----------
    declared : Declared
        Metric filters, alarms and subscriptions.
    database : sqlite3.Connection
        From ``open_database``.
    clock : Clock
        Source of the time.

    Raises
    ------
    ExpressionError
        A declared filter or alarm uses something that is not supported here.
    """

    def __init__(self, declared: Declared, database: sqlite3.Connection, clock: Clock) -> None:
        self.clock = clock
        self.store = MetricStore(database)
        self.notifications = Notifications(database, declared, clock.now())
        self.watch = AlarmWatch(database, self.store, *declared_alarms(declared), self.notifications.notify)
        self.ingestion = Ingestion(self.store, metric_filters(declared))
        self._of_others = Ingestion(self.store, ())
        self._database = database
        self._is_failing = False

    def take(self, line: str) -> None:
        """Extract the metrics of a log line that was written now."""
        self.ingestion.take(line, self.clock.now())

    def take_of_others(self, line: str) -> None:
        """Extract the embedded metrics of a line of another log, to which the declared filters do not apply."""
        self._of_others.take(line, self.clock.now())

    async def run(self) -> None:
        """Write the metrics, and evaluate the alarms once a minute, until cancelled."""
        self._guarded(self.store.prune)
        evaluated = self.clock.now() // EVERY_S
        while True:
            await asyncio.sleep(_TICK_S)
            now = self.clock.now()
            self._guarded(lambda _now: self.store.flush())
            if now // EVERY_S != evaluated:
                evaluated = now // EVERY_S
                self._guarded(self.watch.evaluate)

    def close(self) -> None:
        """Write the remaining data and close the database."""
        self._guarded(lambda _now: self.store.flush())
        self._database.close()

    def _guarded(self, work: Callable[[float], None]) -> None:
        """Do work that needs the disk; an error loses data, is reported once and does not stop the stack."""
        try:
            work(self.clock.now())
            self._is_failing = False
        except sqlite3.Error as error:
            if not self._is_failing:
                print(f"metrics and alarms cannot be written: {error}", file=sys.stderr)  # noqa: T201 - the disk fails
            self._is_failing = True
