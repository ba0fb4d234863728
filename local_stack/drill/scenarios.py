"""The scenarios of a drill: a fault, the alarm that must fire, and the first step of the runbook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.monitoring.queries import DRIFT_REPORTS, ERRORS, MEMORY, SLOWEST
from local_stack.drill import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Rows = Sequence[Mapping[str, str]]

_LEAST_PERCENT = 85


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One fault and its detection.

    Parameters
    ----------
    name : str
        For the command line and the table.
    fault : str
        Of ``faults``.
    alarm : str
        The alarm that must fire, which is also the section of the runbook.
    speed : float
        Seconds of the stack in a second: low enough for the requests that a period needs.
    limit_min : float, minutes
        Of the stack's clock; the alarm must have fired by then.
    query : str
        The saved query of the runbook's step; empty where the step is a request.
    cause : callable
        Returns the cause that the rows of the query show; empty if they do not.
    settings : dict of str to str
        Settings of the stack, by their full keys.
    log : str
        Part of the stack whose log the query reads.
    """

    name: str
    fault: str
    alarm: str
    speed: float
    limit_min: float
    query: str = ""
    cause: Callable[[Rows], str]
    settings: Mapping[str, str] = field(default_factory=dict)
    log: str = "predict"


def _shown(column: str, word: str) -> Callable[[Rows], str]:
    """Return a reader of the first cell of a column that contains a word."""
    return lambda rows: next((row[column] for row in rows if word in row.get(column, "")), "")


def _slow(rows: Rows) -> str:
    slowest = max((float(row.get("predict_ms", 0)) for row in rows), default=0.0)
    return f"predict_ms is {slowest:.0f}" if slowest >= faults.SLOW_S * 1000 else ""


def _memory(rows: Rows) -> str:
    percent = max((float(row.get("percent", 0)) for row in rows), default=0.0)
    return f"{percent:.0f}% of the memory" if percent > _LEAST_PERCENT else ""


def _drifted(rows: Rows) -> str:
    return next((f"drifted: {row['drifted']}" for row in rows if row.get("drifted")), "")


SCENARIOS = (
    Scenario(
        name="errors", fault=faults.ERRORS, alarm="error-rate", speed=20, limit_min=15,
        query=ERRORS.text, cause=_shown("error", "drill: "),
    ),
    Scenario(
        name="slow-model", fault=faults.SLOW, alarm="latency", speed=60, limit_min=40,
        query=SLOWEST.text, cause=_slow, settings={"inference:timeoutS": "2", "inference:latencyThreshold": "0.4"},
    ),
    Scenario(
        name="memory", fault=faults.MEMORY, alarm="memory", speed=120, limit_min=60,
        query=MEMORY.text, cause=_memory, settings={"inference:memoryMb": "160"},
    ),
    Scenario(
        name="drifted-feature", fault=faults.DRIFT, alarm="feature-drift", speed=1200, limit_min=300,
        query=DRIFT_REPORTS.text, cause=_drifted, log="monitor",
        settings={"inference:modelMonitor": "true", "inference:monitorWindowHours": "1"},
    ),
    Scenario(
        name="bad-deployment", fault=faults.DEPLOYMENT, alarm="server-errors", speed=20, limit_min=20,
        query=ERRORS.text, cause=_shown("kind", "error"),
    ),
    Scenario(
        name="missing-caller", fault=faults.SILENCE, alarm="no-traffic", speed=1200, limit_min=240,
        cause=lambda rows: next((f"the API answers {row['status']}" for row in rows if row["status"] == "200"), ""),
        settings={"inference:noTrafficHours": "1"},
    ),
)  # fmt: skip
"""The causes name what the drill did: a message that begins with ``drill:``, a long prediction, a full memory."""
