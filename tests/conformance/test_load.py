"""Locust, in its own environment, loads the local stack."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

from benchmarks.load.__main__ import HERE
from tests.conformance.conftest import _ROOT, Api, environment

if TYPE_CHECKING:
    from pathlib import Path


def test_locust_sends_golden_requests_and_all_are_answered(api: Api, bundle_path: Path, tmp_path: Path) -> None:
    environment(HERE)
    report = tmp_path / "load.html"
    # Locust stops by the clock alone: a busy machine may not have begun within a few seconds.
    for seconds in ("3", "20", "60"):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.load", "--url", api.url, "--bundle", bundle_path, "--users", "2",
             "--seconds", seconds, "--html", report],
            cwd=_ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        printed = done.stdout + done.stderr
        assert done.returncode == 0, printed
        answered = re.search(r"POST +predict +[1-9]\d* +0\(0\.00%\)", printed)
        if answered:
            break
    assert answered, printed
    assert report.is_file()


def test_without_an_api_the_way_out_is_said(bundle_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", "--url", "http://127.0.0.1:1/dev", "--bundle", bundle_path],
        cwd=_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert "http://127.0.0.1:1/dev: no answer" in done.stderr
    assert "Start the local stack (make run), or set --url" in done.stderr
