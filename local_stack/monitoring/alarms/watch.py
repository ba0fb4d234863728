"""Evaluates every alarm once a minute, keeps its state and history, and notifies the topics."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from local_stack.errors import ExpressionError
from local_stack.machine.clock import iso
from local_stack.monitoring.alarms.declared_alarms import BAND_SIDES, COMPARISONS, Alarm, CompositeAlarm, MetricAlarm
from local_stack.monitoring.alarms.evaluation import ALARM, INSUFFICIENT_DATA, LOOK_BACK, OK, STATES, next_state
from local_stack.monitoring.metrics.queries import MetricReader

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    from local_stack.monitoring.metrics.expressions import Points
    from local_stack.monitoring.metrics.store import MetricStore

EVERY_S = 60
"""CloudWatch evaluates an alarm whose period is a minute or longer once a minute."""

_NEW = "Unchecked: Initial alarm creation"


class State(NamedTuple):
    """The state of an alarm.

    Parameters
    ----------
    value : {"OK", "ALARM", "INSUFFICIENT_DATA"}
        The state.
    reason : str
        Reason of the change to it.
    since : float, seconds since the epoch
        Time of the change to it.
    """

    value: str
    reason: str
    since: float


class Change(NamedTuple):
    """An alarm that has just changed its state.

    Parameters
    ----------
    alarm : Alarm
        The alarm.
    before, after : State
        The states.
    below : tuple of (MetricAlarm, State)
        For a composite alarm: its child alarms in ALARM.
    """

    alarm: Alarm
    before: State
    after: State
    below: tuple[tuple[Alarm, State], ...]

    @property
    def because(self) -> tuple[str, ...]:
        """The names of the child alarms in ALARM."""
        return tuple(alarm.name for alarm, _ in self.below)


class AlarmWatch:
    """The alarms of a stack, their states and their history.

    Parameters
    ----------
    database : sqlite3.Connection
        Keeps states and history.
    store : MetricStore
        The metrics.
    alarms : sequence of MetricAlarm
        The declared alarms.
    composites : sequence of CompositeAlarm
        The declared alarms.
    on_change : callable
        Called with every change of a state.
    """

    def __init__(
        self,
        database: sqlite3.Connection,
        store: MetricStore,
        alarms: Sequence[MetricAlarm],
        composites: Sequence[CompositeAlarm],
        on_change: Callable[[Change], None],
    ) -> None:
        self._database = database
        self._store = store
        self.alarms = tuple(alarms)
        self.composites = tuple(composites)
        self._on_change = on_change
        self._states: dict[str, State] = {
            name: State(*rest) for name, *rest in database.execute("SELECT name, state, reason, since FROM alarm")
        }

    def state(self, name: str) -> State:
        """Return the state of an alarm; INSUFFICIENT_DATA before its first evaluation."""
        return self._states.get(name, State(INSUFFICIENT_DATA, _NEW, 0.0))

    def evaluate(self, now: float) -> None:
        """Evaluate every alarm on the periods that end with the last full minute."""
        end = now // EVERY_S * EVERY_S
        for alarm in self.alarms:
            value, reason = self._verdict(alarm, end)
            self._enter(alarm, value, reason, now)
        self._evaluate_composites(now)

    def force(self, name: str, value: str, reason: str, now: float) -> None:
        """Set the state of an alarm until the next evaluation, as SetAlarmState does.

        Raises
        ------
        ExpressionError
            The alarm or the state does not exist.
        """
        alarm = next((each for each in (*self.alarms, *self.composites) if each.name == name), None)
        if alarm is None:
            raise ExpressionError(f"there is no alarm {name!r}")
        if value not in STATES:
            raise ExpressionError(f"expected a state of {', '.join(STATES)}")
        self._enter(alarm, value, reason, now)
        if isinstance(alarm, MetricAlarm):
            self._evaluate_composites(now)

    def history(self, limit: int) -> list[tuple[float, str, str]]:
        """Return time, alarm and summary of the last changes, newest first."""
        query = "SELECT time, name, summary FROM alarm_history ORDER BY id DESC LIMIT ?"
        return list(self._database.execute(query, (limit,)))

    def _evaluate_composites(self, now: float) -> None:
        for alarm in self.composites:
            states = {name: self.state(name).value for name in alarm.rule.names}
            is_true = alarm.rule.holds(states)
            names = [name for name, state in states.items() if state == ALARM]
            below = tuple((each, self.state(each.name)) for each in self.alarms if each.name in names)
            reason = f"{', '.join(names)} transitioned to ALARM" if names else "No alarm of the rule is in ALARM"
            self._enter(alarm, ALARM if is_true else OK, reason, now, below)

    def _enter(
        self, alarm: Alarm, value: str, reason: str, now: float, below: tuple[tuple[Alarm, State], ...] = ()
    ) -> None:
        before = self.state(alarm.name)
        if before.value == value:
            return
        after = self._states[alarm.name] = State(value, reason, now)
        self._database.execute("INSERT OR REPLACE INTO alarm VALUES (?, ?, ?, ?)", (alarm.name, *after))
        summary = f"Alarm updated from {before.value} to {value}"
        self._database.execute("INSERT INTO alarm_history VALUES (NULL, ?, ?, ?)", (now, alarm.name, summary))
        self._on_change(Change(alarm, before, after, below))

    def _verdict(self, alarm: MetricAlarm, end: float) -> tuple[str, str]:
        start = end - (alarm.evaluated + LOOK_BACK) * alarm.period_s
        reader = MetricReader(self._store, alarm.queries, start, end, origin=end)
        points = reader.points(alarm.watched)
        moments = [start + index * alarm.period_s for index in range(alarm.evaluated + LOOK_BACK)]
        is_breach = _comparison(alarm, reader)
        breaches = [is_breach(moment, points[moment]) if moment in points else None for moment in moments]
        value = next_state(
            breaches,
            evaluated=alarm.evaluated,
            to_alarm=alarm.to_alarm,
            missing=alarm.missing,
            before=self.state(alarm.name).value,
        )
        return value, _reason(alarm, value, points, breaches, moments)


def _comparison(alarm: MetricAlarm, reader: MetricReader) -> Callable[[float, float], bool | None]:
    if alarm.threshold is not None:
        threshold, (is_wrong, _) = alarm.threshold, COMPARISONS[alarm.comparison]
        return lambda _moment, value: is_wrong(value, threshold)
    below, above = BAND_SIDES[alarm.comparison]
    band = reader.band(next(query for query in alarm.queries if query.id == alarm.band))
    if band is None:
        raise ExpressionError(f"{alarm.name}: {alarm.band} is not an anomaly detection band")
    lower, upper = band

    def outside(moment: float, value: float) -> bool | None:
        if moment not in lower:
            return None
        return (below and value < lower[moment]) or (above and value > upper[moment])

    return outside


def _reason(
    alarm: MetricAlarm, value: str, points: Points, breaches: Iterable[bool | None], moments: Iterable[float]
) -> str:
    if not points:
        treated = f" and missing data is treated as {alarm.missing}" if value != INSUFFICIENT_DATA else ""
        return f"No datapoints were received for {alarm.evaluated} periods{treated}"
    kept = value == ALARM
    shown = [
        f"{points[moment]:.4g} ({datetime.fromtimestamp(moment, UTC):%d/%m/%y %H:%M:%S})"
        for moment, breach in zip(moments, breaches, strict=True)
        if breach is kept
    ][-alarm.evaluated :]
    side = COMPARISONS[alarm.comparison][1] if alarm.threshold is not None else "outside"
    limit = f"the threshold ({alarm.threshold:g})" if alarm.threshold is not None else "the band of expected values"
    verb = "were" if kept else "were not"
    return (
        f"Threshold Crossed: {len(shown)} out of the last {alarm.evaluated} datapoints [{', '.join(shown)}] {verb} "
        f"{side} {limit} (minimum {alarm.to_alarm} of {alarm.evaluated} datapoints for an alarm)."
    )


def described(alarm: Alarm, state: State) -> dict[str, object]:
    """Return an alarm as DescribeAlarms returns it."""
    return {
        **alarm.document,
        "StateValue": state.value,
        "StateReason": state.reason,
        "StateUpdatedTimestamp": iso(state.since),
    }
