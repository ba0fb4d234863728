"""Log lines: JSON with the key names of Powertools."""

from __future__ import annotations

import json
import re

import pytest

from inference_lib.telemetry.logs import LEVELS, Logger, members_text, timestamp


def test_a_line_has_the_keys_that_powertools_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
    line = Logger("advice", "INFO").line("INFO", "answered", "service:predict", members_text({"cold_start": True}))
    assert line.endswith("\n")
    record = json.loads(line)
    assert list(record) == ["level", "location", "message", "timestamp", "service", "xray_trace_id", "cold_start"]
    assert record["xray_trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["timestamp"])


@pytest.mark.parametrize(
    ("threshold", "level", "logged"),
    [
        *((threshold, level, at >= least) for least, threshold in enumerate(LEVELS) for at, level in enumerate(LEVELS)),
        ("debug", "DEBUG", True),
        ("nonsense", "INFO", True),
        ("nonsense", "DEBUG", False),
    ],
)
def test_levels_below_the_threshold_are_left_out(threshold: str, level: str, logged: bool) -> None:
    assert bool(Logger("s", threshold).line(level, "m", "l", "")) is logged


def test_a_line_break_in_a_member_stays_in_its_line() -> None:
    assert Logger("s", "INFO").line("INFO", "a\nb", "l", members_text({"c": "d\ne"})).count("\n") == 1


def test_times_are_rfc_3339_in_utc_with_milliseconds() -> None:
    assert timestamp(0.0015) == "1970-01-01T00:00:00.001Z"
    assert timestamp(1_700_000_000.999) == "2023-11-14T22:13:20.999Z"
