"""What pytest finds does not depend on the hash seed, the clock or the process: the workers of a run must agree."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_the_same_tests_are_found_in_the_same_order_in_each_process() -> None:
    def found(seed: str) -> list[str]:
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        )
        return [line for line in done.stdout.splitlines() if "::" in line]

    first, second = found("1"), found("30")
    assert len(first) > 1000
    assert first == second
