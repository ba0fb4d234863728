"""The log on a disk that is full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local_stack.function.log import FunctionLog
from local_stack.machine.clock import Clock, seconds


def test_lines_carry_the_time_of_a_fast_clock(tmp_path: Path) -> None:
    lines = [
        {"timestamp": "2020-01-01T00:00:00.000Z", "message": "m"},
        {"_aws": {"Timestamp": 1, "CloudWatchMetrics": []}, "Predictions": 1},
    ]
    for speed in (1.0, 3_600_000.0):
        log = FunctionLog(tmp_path / f"{speed:g}.jsonl", Clock(speed))
        for line in [*map(json.dumps, lines), "no JSON"]:
            log.write(line)
        log.close()
    assert (tmp_path / "1.jsonl").read_text().splitlines() == [*map(json.dumps, lines), "no JSON"]
    logged, embedded, other = (tmp_path / "3.6e+06.jsonl").read_text().splitlines()
    assert seconds(json.loads(logged)["timestamp"]) > 1_600_000_000
    assert json.loads(embedded)["_aws"]["Timestamp"] > 1_600_000_000_000
    assert json.loads(embedded)["Predictions"] == 1
    assert other == "no JSON"


_FULL = Path("/dev/full")


@pytest.mark.skipif(not _FULL.exists(), reason="this system has no device that is always full")
def test_a_full_disk_loses_lines_and_is_reported_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    taken: list[str] = []
    log = FunctionLog(_FULL, on_line=taken.append)
    for number in range(3):
        log.write(f"line {number}")
    log.close()
    assert taken == ["line 0", "line 1", "line 2"]
    assert capsys.readouterr().err == "/dev/full: log lines are lost (No space left on device)\n"
