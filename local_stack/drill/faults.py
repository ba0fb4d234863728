"""The faults of a drill, by the names that the faulty handler reads from a file."""

from __future__ import annotations

from pathlib import Path

ERRORS, SLOW, MEMORY, DRIFT, DEPLOYMENT, SILENCE = "errors", "slow", "memory", "drift", "deployment", "silence"

FAULT_FILE = "DRILL_FAULT"
"""Environment variable: the file that names the active fault; an empty file means none."""

SLOW_S = 0.9
"""Seconds that a prediction takes longer, below the timeout of a second in that scenario."""
HELD_SHARE = 0.92
"""Share of the function's memory that it holds, above the threshold of the alarm and below the limit."""


def active(file: str) -> str:
    """Return the active fault; empty for none."""
    return Path(file).read_text(encoding="utf-8")
