from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from console.monitoring.interface import LogAnswer, MonitoringError
from console.monitoring.memory import AnswerMemory

_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
_HOUR = timedelta(hours=1)


class _Log:
    """A log that counts how often it is read, and a clock."""

    def __init__(self) -> None:
        self.reads = 0
        self.now_s = 0.0

    def ask(self, query: str, _start: datetime, _end: datetime) -> LogAnswer:
        self.reads += 1
        if query == "broken":
            raise MonitoringError("The log cannot be read.")
        return LogAnswer(rows=({"read": str(self.reads)},), records_scanned=1)


def test_an_answer_is_kept_for_its_time_as_the_range_moves_on() -> None:
    log = _Log()
    memory = AnswerMemory(30, clock=lambda: log.now_s)
    reads = []
    for log.now_s in (0, 5, 30, 31):
        start = _NOON + timedelta(seconds=log.now_s)
        reads.append(memory.answer("q", start, start + _HOUR, log.ask).rows[0]["read"])
    assert reads == ["1", "1", "1", "2"]


def test_another_query_or_another_length_is_not_cached() -> None:
    log = _Log()
    memory = AnswerMemory(30)
    for query, length in (("q", _HOUR), ("r", _HOUR), ("q", 2 * _HOUR)):
        memory.answer(query, _NOON, _NOON + length, log.ask)
    assert log.reads == 3


def test_failures_are_not_cached() -> None:
    log = _Log()
    memory = AnswerMemory(30)
    for _ in range(2):
        with pytest.raises(MonitoringError):
            memory.answer("broken", _NOON, _NOON + _HOUR, log.ask)
    assert log.reads == 2


def test_it_forgets_the_oldest() -> None:
    log = _Log()
    memory = AnswerMemory(30)
    for number in range(65):
        memory.answer(f"q{number}", _NOON, _NOON + _HOUR, log.ask)
    memory.answer("q64", _NOON, _NOON + _HOUR, log.ask)
    assert log.reads == 65
    memory.answer("q0", _NOON, _NOON + _HOUR, log.ask)
    assert log.reads == 66
