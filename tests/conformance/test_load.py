"""Locust, in its own environment, loads the local stack."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from benchmarks.load.__main__ import HERE, main
from tests.conformance.conftest import _ROOT, Api, environment

if TYPE_CHECKING:
    from pathlib import Path


def _load(url: str, bundle: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment(HERE)
    command = [sys.executable, "-m", "benchmarks.load", "--url", url, "--bundle", str(bundle), *options]
    return subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)


def test_locust_sends_golden_requests_and_all_are_answered(api: Api, bundle_path: Path, tmp_path: Path) -> None:
    report = tmp_path / "load.html"
    # Locust stops by the clock alone: a busy machine may not have begun within a few seconds.
    for seconds in ("3", "20", "60"):
        done = _load(api.url, bundle_path, "--users", "2", "--seconds", seconds, "--html", str(report))
        printed = done.stdout + done.stderr
        if "no request was answered" not in printed:
            break
    assert done.returncode == 0, printed
    assert re.search(r"POST +predict +[1-9]\d* +0\(0\.00%\)", printed), printed
    assert report.is_file()


class _Silent(BaseHTTPRequestHandler):
    """Is there, and answers no prediction before it is closed."""

    closed = threading.Event()

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def do_POST(self) -> None:
        self.closed.wait()

    def log_message(self, *_: object) -> None:
        """Write nothing."""


def test_a_run_without_an_answer_is_no_success(bundle_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = _load(f"http://127.0.0.1:{server.server_port}/dev", bundle_path, "--users", "1", "--seconds", "1")
        _Silent.closed.set()
        server.shutdown()

    assert done.returncode == 1, done.stdout + done.stderr
    assert "no request was answered in the time that was given; give more: --seconds 60" in done.stderr


@pytest.mark.parametrize("option", ["--users", "--seconds", "--instances"])
def test_a_number_that_loads_nothing_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([option, "0"])

    assert ended.value.code == 2
    assert f"argument {option}: '0' is no whole number from 1 on" in capsys.readouterr().err


def test_without_an_api_the_way_out_is_said(bundle_path: Path) -> None:
    done = _load("http://127.0.0.1:1/dev", bundle_path)

    assert done.returncode == 2
    assert "http://127.0.0.1:1/dev: no answer" in done.stderr
    assert "Start the local stack (make run), or set --url" in done.stderr
