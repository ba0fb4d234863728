"""A measured process has the share of a processor that a function of its memory has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.measure.quota import quota

_GROUP = "from pathlib import Path; print(Path('/proc/self/cgroup').read_text())"


@pytest.mark.environment
def test_a_process_that_is_started_inside_stays_there_and_this_one_leaves() -> None:
    with quota(512) as share:
        name = share.folder.name
        with share.joined():
            inside = subprocess.run([sys.executable, "-c", _GROUP], capture_output=True, text=True, check=True).stdout
        assert f"/{name}" in inside
        assert f"/{name}" not in Path("/proc/self/cgroup").read_text(encoding="ascii")
    assert not share.folder.exists()


@pytest.mark.environment
@pytest.mark.parametrize(("memory", "cores"), [(512, 0.289), (1769, 1.0), (3538, 2.0)])
def test_the_quota_is_the_memory_s_share_of_a_core(memory: int, cores: float) -> None:
    with quota(memory) as share:
        limits = [share.folder / name for name in ("cpu.max", "cpu.cfs_quota_us", "cpu.cfs_period_us")]
        words = " ".join(path.read_text(encoding="ascii") for path in limits if path.exists()).split()
    allowed, period = map(int, words)
    assert allowed / period == pytest.approx(cores, abs=0.001)
