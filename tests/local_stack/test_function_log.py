"""The log on a disk that is full."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_stack.function_log import FunctionLog

_FULL = Path("/dev/full")


@pytest.mark.skipif(not _FULL.exists(), reason="this system has no device that is always full")
def test_a_full_disk_costs_the_lines_and_is_told_once_and_metrics_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    taken: list[str] = []
    log = FunctionLog(_FULL, on_line=taken.append)
    for number in range(3):
        log.write(f"line {number}")
    log.close()
    assert taken == ["line 0", "line 1", "line 2"]
    assert capsys.readouterr().err == "/dev/full: log lines are lost (No space left on device)\n"
