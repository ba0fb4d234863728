"""The golden requests of a bundle, sent to the local stack: the right model, a wrong one, and other faults."""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from infra.settings.files import PROJECT_DIRECTORY
from operate.smoke import command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def url(bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The local stack, serving the bundle."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    state = tmp_path_factory.mktemp("state")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "local_stack",
            "--bundle",
            bundle_path,
            "--port",
            str(port),
            "--state",
            state,
            "--no-throttle",
            "--quiet",
        ],
        cwd=PROJECT_DIRECTORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    assert any(re.search(r"curl .*/predict", line) for line in process.stdout), "the local stack did not start"
    reader = threading.Thread(target=process.stdout.read)
    reader.start()
    yield f"http://127.0.0.1:{port}/dev"
    process.terminate()
    process.wait(timeout=30)
    reader.join()
    process.stdout.close()


@contextmanager
def api(answers: list[tuple[int, Any]]) -> Iterator[tuple[str, list[str]]]:
    """An API that gives these answers to predictions, the last one for ever; and the keys that it was sent."""
    keys: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer: a second one would wait for the caller's acknowledgement of the first

        def do_GET(self) -> None:
            self._answer(200, {"status": "ok"})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            keys.append(self.headers.get("x-api-key", ""))
            self._answer(*(answers.pop(0) if len(answers) > 1 else answers[0]))

        def _answer(self, status: int, body: object) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/dev", keys
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def changed(bundle_path: Path, tmp_path: Path) -> Path:
    """The bundle, with one golden answer that the model does not give."""
    copy = tmp_path / "changed"
    shutil.copytree(bundle_path, copy)
    golden = json.loads((copy / "golden.json").read_text(encoding="utf-8"))
    probabilities = golden["cases"][3]["prediction"]["probabilities"]
    first = next(iter(probabilities))
    probabilities[first] = 1 - probabilities[first]
    (copy / "golden.json").write_text(json.dumps(golden), encoding="utf-8")
    return copy


def test_the_right_model_passes_and_its_latency_is_told(
    url: str, bundle_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = command.main(["--url", url, "--bundle", str(bundle_path)])
    printed = capsys.readouterr().out

    assert code == 0, printed
    cases = len(json.loads((bundle_path / "golden.json").read_text(encoding="utf-8"))["cases"])
    assert re.search(
        rf"Latency of {cases} requests, network included: p50 [\d.]+ ms, p99 [\d.]+ ms, the first [\d.]+ ms\.", printed
    )
    assert f"All {cases} golden answers match small {bundle_path.name}." in printed


def test_a_differing_answer_is_a_row_of_the_table(
    url: str, changed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    code = command.main(["--url", url, "--bundle", str(changed)])
    printed = capsys.readouterr().out

    assert code == 1
    assert re.search(r"│ 3 +│ .+ │ probability of .+: expected [\d.e-]+, got [\d.e-]+ \(atol", printed)
    assert re.search(r"1 of \d+ golden answers differ\.", printed)


def test_another_model_is_named(
    url: str, bundle_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    shutil.copytree(bundle_path, other)
    contract = json.loads((other / "contract.json").read_text(encoding="utf-8"))
    (other / "contract.json").write_text(json.dumps({**contract, "version": "ffffffffffff"}), encoding="utf-8")
    code = command.main(["--url", url, "--bundle", str(other)])

    assert code == 1
    assert f"The API serves small {bundle_path.name}, expected small ffffffffffff." in capsys.readouterr().out


def test_the_key_of_the_environment_is_sent(bundle_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERENCE_API_KEY", "secret-key")
    with api([(200, {"predictions": [{}]})]) as (url, keys):
        command.main(["--url", url, "--bundle", str(bundle_path)])

    assert set(keys) == {"secret-key"}


def test_a_refused_key_is_one_sentence(bundle_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with api([(403, {"message": "Forbidden"})]) as (url, _):
        code = command.main(["--url", url, "--bundle", str(bundle_path)])

    assert code == 2
    assert capsys.readouterr().err == (
        f"error: {url}: POST /predict returns status 403. Set the key: export INFERENCE_API_KEY=...\n"
    )


def test_throttled_requests_are_sent_again_and_counted(
    bundle_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operate.smoke.caller.PAUSE_S", 0)
    with api([(429, {}), (429, {}), (200, {"predictions": [{}]})]) as (url, keys):
        code = command.main(["--url", url, "--bundle", str(bundle_path)])
    cases = len(json.loads((bundle_path / "golden.json").read_text(encoding="utf-8"))["cases"])

    assert code == 1
    assert len(keys) == cases + 2
    assert "2 requests were throttled and sent again." in capsys.readouterr().out


def test_a_server_error_is_a_differing_row(
    bundle_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    with api([(500, {"detail": "The prediction failed."})]) as (url, _):
        code = command.main(["--url", url, "--bundle", str(bundle_path)])
    printed = capsys.readouterr().out

    assert code == 1
    assert "status 500: The prediction failed." in printed
    assert re.search(r"\.\.\. +│ +│ \d+ more", printed)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--url", "predict.example.com"], "error: predict.example.com: not a URL; expected one such as https://ID"),
        (["--url", "http://[bad"], "error: http://[bad: not a URL (Invalid IPv6 URL)"),
        (["--url", "http://127.0.0.1:99999/dev"], "error: http://127.0.0.1:99999/dev: not a URL (Port out of range"),
        (["--url", "http://127.0.0.1:1/dev", "--wait", "0.1"], "error: http://127.0.0.1:1/dev: no response ([Errno"),
        (["--bundle", "nowhere"], "error: nowhere: no model bundle here; expected contract.json"),
        (["--stack", "qa"], "error: there is no Pulumi.qa.yaml; expected dev or prod or staging, or --bundle"),
    ],
    ids=["no scheme", "bracket", "port", "nobody", "bundle", "stack"],
)
def test_wrong_input_is_one_sentence(
    arguments: list[str], message: str, bundle_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = [] if {"--bundle", "--stack"} & set(arguments) else ["--bundle", str(bundle_path)]

    assert command.main([*arguments, *chosen]) == 2
    error = capsys.readouterr().err
    assert error.startswith(message)
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'error: no stack named dev found' >&2; exit 255", "its api_url is not known (no stack named dev found)"),
        ("", "pulumi, which knows the stack's URL, is not installed. Set the URL: --url URL"),
    ],
    ids=["no stack", "no pulumi"],
)
def test_without_a_deployed_stack_the_way_out_is_said(  # noqa: PLR0913, PLR0917 - fixtures
    script: str,
    message: str,
    bundle_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if script:
        (tmp_path / "pulumi").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tmp_path / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin" if script else str(tmp_path))

    assert command.main(["--bundle", str(bundle_path)]) == 2
    assert message in capsys.readouterr().err


def test_make_smoke_takes_the_url_of_the_stack(url: str, bundle_path: Path, tmp_path: Path) -> None:
    (tmp_path / "pulumi").write_text(
        f'#!/bin/sh\n[ "$*" = "stack output api_url --stack dev" ] && echo {url}\n', encoding="utf-8"
    )
    (tmp_path / "pulumi").chmod(0o755)
    done = subprocess.run(
        ["make", "smoke", "STACK=dev", f"BUNDLE={bundle_path}"],
        cwd=PROJECT_DIRECTORY,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "golden answers match small" in done.stdout
