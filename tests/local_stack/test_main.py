"""``python -m local_stack`` as a person runs it."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest

from inference_lib.contract.document import MODEL_FILE
from inference_lib.testing import read_lines
from local_stack.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from tests.local_stack.conftest import Running

_ROOT = Path(__file__).parents[2]


def _command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "local_stack", *map(str, arguments)]


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(_command(*arguments), cwd=_ROOT, capture_output=True, text=True, check=False)


def _complaint(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """Return the error of a command that ends with 2 before any process is started."""
    assert main([*map(str, arguments)]) == 2
    return capsys.readouterr().err


def test_the_printed_curl_line_answers_and_the_request_is_metered_and_logged(
    bundle_path: Path, start_stack: Callable[..., AbstractContextManager[Running]]
) -> None:
    with start_stack() as running:
        process = running.process
        answer = json.loads(subprocess.run([*shlex.split(running.curl), "-s"], capture_output=True, check=True).stdout)
        assert answer["model"] == {"name": "small", "version": bundle_path.name}
        assert answer["predictions"][0]["label"] in {"rest", "carry on"}
        workers = psutil.Process(process.pid).children(recursive=True)
        assert any("awslambdaric" in worker.cmdline() for worker in workers), "the handler must not be imported"
    assert not [worker for worker in workers if worker.is_running()], "Ctrl-C left processes behind"
    lines = (running.state / "function.jsonl").read_text()
    written = read_lines(lines)
    assert written.metrics[0]["Predictions"] == 1
    head = json.loads(json.dumps(written.metrics[0]["_aws"]))["CloudWatchMetrics"][0]
    assert head["Namespace"] == "MLInference/dev", "the namespace is the one that the program declares"
    platform = ["platform.initReport", "platform.initStart", "platform.report", "platform.start"]
    assert sorted(str(each.get("type", "")) for each in written.logs) == ["", *platform]


def test_a_taken_port_is_named_with_a_free_one(bundle_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = _run("--bundle", bundle_path, "--port", str(port))
    assert done.returncode == 1
    assert re.fullmatch(
        rf"error: Port {port} on 127\.0\.0\.1 cannot be used \(Address already in use\)\. "
        r"Choose another: --port \d+ \(make run PORT=\d+\)\.\n",
        done.stderr,
    )


def test_a_stack_without_a_settings_file_is_named_with_those_that_are_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _complaint(capsys, "--stack", "production") == (
        "error: there is no Pulumi.production.yaml; expected --stack to be one of dev, prod, staging\n"
    )


def test_the_error_of_a_missing_bundle_names_the_command_that_exports_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = _complaint(capsys, "--bundle", tmp_path)
    assert said.startswith(f"error: {tmp_path}: no model bundle here;")
    assert "make export" in said


def test_a_damaged_bundle_stops_the_start_and_leaves_no_process(bundle_path: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    subprocess.run(["cp", "-r", bundle_path, broken], check=True)
    (broken / MODEL_FILE).write_bytes(b"nonsense")
    done = _run("--bundle", broken, "--port", "0", "--state", tmp_path / "state")
    assert done.returncode == 1
    assert "model.onnx: is damaged" in done.stderr
    assert "Traceback" not in done.stderr
    mine = [
        p for p in psutil.process_iter(["environ"]) if str(broken) in str((p.info["environ"] or {}).get("MODEL_BUNDLE"))
    ]
    assert mine == []


def test_ctrl_c_in_mid_request_ends_in_order_and_leaves_no_process(
    start_stack: Callable[..., AbstractContextManager[Running]],
) -> None:
    statuses: list[int] = []
    is_over = threading.Event()

    def ask(url: str) -> None:
        while not is_over.is_set():
            try:
                statuses.append(httpx.post(f"{url}/predict", json={"instances": []}, timeout=10).status_code)
            except httpx.HTTPError:
                return

    with start_stack("--no-throttle") as running:
        workers = psutil.Process(running.process.pid).children(recursive=True)
        threads = [threading.Thread(target=ask, args=(running.url,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        while len(statuses) < 100:
            is_over.wait(0.01)
    is_over.set()
    for thread in threads:
        thread.join()
    assert not [worker for worker in workers if worker.is_running()]
    assert set(statuses) <= {400, 502}, "what was under way was answered, or told that the stack is stopping"


def test_a_listener_that_leaves_is_no_reason_to_stop(bundle_path: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        _command("--bundle", bundle_path, "--port", "0", "--state", tmp_path),
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = next(line.split()[1] for line in process.stdout if line.strip().startswith("API"))
    process.stdout.close()
    for _ in range(3):
        assert httpx.get(f"{url}/health").status_code == 200
    process.terminate()
    assert process.wait(timeout=20) == 0


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_every_environment_runs_as_declared(
    stack: str, start_stack: Callable[..., AbstractContextManager[Running]]
) -> None:
    with start_stack("--stack", stack) as running:
        answer = json.loads(subprocess.run([*shlex.split(running.curl), "-s"], capture_output=True, check=True).stdout)
        assert answer["predictions"][0]["label"] in {"rest", "carry on"}
        assert httpx.get(f"{running.url}/nothing").status_code in {403, 404}
        assert httpx.get(f"{running.monitoring}/stack").json()["stack"] == stack
    access = (running.state.parent / stack / "access.jsonl").read_text().splitlines()
    (first, *_) = map(json.loads, access)
    assert (first["method"], first["route"], first["status"]) == ("POST", "/predict", "200")
    assert len(access) == 2, "a line for each request"


def test_two_stacks_run_side_by_side_and_the_second_takes_a_folder_of_its_own(
    bundle_path: Path, tmp_path: Path
) -> None:
    logs, urls, processes = [], [], []
    try:
        for port in ("0", "0"):
            process = subprocess.Popen(
                _command("--bundle", bundle_path, "--port", port),
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": str(_ROOT)},
            )
            processes.append(process)
            assert process.stdout is not None
            said = list(_until_curl(process.stdout))
            logs += [line.split()[1] for line in said if line.strip().startswith("log ")]
            urls += [line.split()[1] for line in said if line.strip().startswith("API")]
        for url in urls:
            assert httpx.get(f"{url}/health").json()["model"]["version"] == bundle_path.name
    finally:
        for process in processes:
            process.terminate()
            process.communicate(timeout=20)
    assert logs == [".local_stack/dev/function.jsonl", ".local_stack/dev-0/function.jsonl"]


def _until_curl(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line
        if line.strip().startswith("curl "):
            return


def test_help_teaches_by_example() -> None:
    done = _run("--help")
    assert done.returncode == 0
    assert "python -m local_stack --bundle bundles/breast_cancer" in done.stdout


def test_the_worker_ends_when_the_stack_is_killed_outright(bundle_path: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        _command("--bundle", bundle_path, "--port", "0", "--state", tmp_path),
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ},
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip().startswith("curl "):
            break
    workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate(timeout=20)
    _, alive = psutil.wait_procs(workers, timeout=20)
    for worker in alive:
        worker.kill()
    assert not alive, "a worker outlived its stack"
