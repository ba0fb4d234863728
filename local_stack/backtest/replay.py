"""Replays a log against the declared alarms, and reports when each would have fired."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local_stack.errors import LocalStackError
from local_stack.machine.clock import Clock
from local_stack.monitoring.alarms.declared_alarms import declared_alarms
from local_stack.monitoring.alarms.evaluation import ALARM
from local_stack.monitoring.alarms.watch import EVERY_S, AlarmWatch
from local_stack.monitoring.database import open_database
from local_stack.monitoring.insights.records import document_of, time_of
from local_stack.monitoring.metrics.ingestion import Ingestion, metric_filters
from local_stack.monitoring.metrics.meters import SERVER_ERROR, ApiMeter, FunctionMeter
from local_stack.monitoring.metrics.store import MetricStore

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from local_stack.declared.evaluation import Declared
    from local_stack.monitoring.alarms.watch import Change

_AFTERWARDS_S = 3_600
"""Alarms on the last datapoints fire or end within this time after the log."""


class _LogClock(Clock):
    """A clock that shows the time of the current line."""

    moment = 0.0

    def now(self) -> float:
        return self.moment


@dataclass(kw_only=True)
class Outcome:
    """The result of a backtest for one alarm.

    Parameters
    ----------
    name : str
        Of the alarm.
    notifies : bool
        Whether it sends notifications: a composite alarm does, and with essential monitoring each alarm.
    fired : list of [float, float or None], seconds since the epoch
        Times at which it fired, and at which it ended, if it did.
    reason : str
        Reason of the first change to ALARM.
    """

    name: str
    notifies: bool
    fired: list[list[float | None]] = field(default_factory=list)
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class BacktestResult:
    """The result of a backtest.

    Parameters
    ----------
    outcomes : tuple of Outcome
        One for each alarm, composites first.
    requests : int
        Requests in the log.
    start, end : float, seconds since the epoch
        First and last time in the log.
    skipped : int
        Lines without a time.
    """

    outcomes: tuple[Outcome, ...]
    requests: int
    start: float
    end: float
    skipped: int


def backtest(declared: Declared, lines: Iterable[str], on_line: Callable[[], None] = lambda: None) -> BacktestResult:
    """Run the declared alarms over a log, minute by minute of the log's own time.

    Parameters
    ----------
    declared : Declared
        The alarms and the metric filters.
    lines : iterable of str
        The function's log, oldest first, as the local stack and CloudWatch Logs write it.
    on_line : callable, optional
        Called after each line.

    Returns
    -------
    BacktestResult
        When each alarm would have fired.

    Raises
    ------
    LocalStackError
        No line of the log has a time.
    """
    with closing(open_database(None)) as database:
        run = _Run(declared, database)
        for line in lines:
            run.take(line)
            on_line()
        return run.result()


class _Run:
    """One pass over a log."""

    def __init__(self, declared: Declared, database: sqlite3.Connection) -> None:
        self._store = MetricStore(database)
        self._ingestion = Ingestion(self._store, metric_filters(declared))
        alarms, composites = declared_alarms(declared)
        self._watch = AlarmWatch(database, self._store, alarms, composites, self._changed)
        self._outcomes = {
            alarm.name: Outcome(name=alarm.name, notifies=bool(alarm.actions.get(ALARM)))
            for alarm in (*composites, *alarms)
        }
        function = declared.one("lambda/function:Function", "function-function").inputs["name"]
        api = declared.one("apigateway/restApi:RestApi").inputs["name"]
        stage = declared.one("apigateway/stage:Stage").inputs["stageName"]
        self._clock = _LogClock()
        self._function = FunctionMeter(self._store, self._clock, function)
        self._api = ApiMeter(self._store, self._clock, api, stage)
        self._start: float | None = None
        self._minute = 0.0
        self._last = 0.0
        self._requests = 0
        self._skipped = 0

    def take(self, line: str) -> None:
        record = document_of(line)
        moment = time_of(record)
        if moment is None:
            self._skipped += 1
            return
        if self._start is None:
            self._start, self._minute = moment, moment // EVERY_S * EVERY_S
        self._advance(moment)
        # Lines of one minute may be out of order; earlier minutes are already evaluated.
        self._last = max(self._last, moment)
        self._ingestion.take_record(record, moment)
        self._clock.moment = moment
        self._measure(record)

    def result(self) -> BacktestResult:
        if self._start is None:
            raise LocalStackError(
                "the log has no line with a time; expected the function's log, one JSON document a line, as in "
                ".local_stack/dev/function.jsonl or an export from CloudWatch Logs"
            )
        self._advance(self._last + _AFTERWARDS_S)
        return BacktestResult(
            outcomes=tuple(self._outcomes.values()),
            requests=self._requests,
            start=self._start,
            end=self._last,
            skipped=self._skipped,
        )

    def _advance(self, moment: float) -> None:
        while moment >= self._minute + EVERY_S:
            self._minute += EVERY_S
            self._store.flush()
            self._watch.evaluate(self._minute)

    def _changed(self, change: Change) -> None:
        outcome = self._outcomes[change.alarm.name]
        if change.after.value == ALARM:
            outcome.fired.append([change.after.since, None])
            outcome.reason = outcome.reason or change.after.reason
        elif change.before.value == ALARM:
            outcome.fired[-1][1] = change.after.since

    def _measure(self, record: dict[str, Any]) -> None:
        """Record the metrics that AWS itself emits; those of the gateway as far as the function's log contains them."""
        if record.get("type") == "platform.report":
            report = record["record"]
            failed = report.get("status") != "success"
            self._function.invoked(float(report["metrics"]["durationMs"]), failed=failed)
            if failed:
                self._answered(SERVER_ERROR, None)
        elif record.get("message") == "request answered":
            self._answered(int(record["status"]), record.get("total_ms"))

    def _answered(self, status: int, milliseconds: float | None) -> None:
        self._requests += 1
        self._api.answered(status, milliseconds)
