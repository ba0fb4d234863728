"""``python -m local_stack replay`` against a running stack."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import httpx
import pytest

from inference_lib.contract.reading import load_contract
from local_stack.__main__ import main as local_stack
from local_stack.errors import LocalStackError
from local_stack.traffic.day import Day
from local_stack.traffic.requests import Planned, recorded
from tests.local_stack.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.local_stack.conftest import Running

    Replay = Callable[..., "Done"]
    Start = Callable[..., AbstractContextManager[Running]]

_INSTANCE = {"age": 41.5, "cups of coffee": 3, "chronotype": "late"}


class Done(NamedTuple):
    """What the command ended with and printed."""

    code: int
    printed: str
    complained: str


@pytest.fixture
def replay(capsys: pytest.CaptureFixture[str]) -> Replay:
    """Run the command in this process: a process of its own proves nothing more, and takes seconds to start."""

    def run(url: str, *arguments: str | Path) -> Done:
        try:
            code = local_stack(["replay", *map(str, arguments), "--url", url])
        except SystemExit as error:
            code = int(str(error.code))
        return Done(code, *capsys.readouterr())

    return run


def _recorded(file: Path, bundle: Path) -> list[Planned]:
    generator = random.Random(1)  # noqa: S311 - no secret
    return recorded(file, load_contract(str(bundle)), Day(1), 0, generator)


def test_golden_requests_are_answered_as_the_original_model_did(
    running: Running, replay: Replay, bundle_path: Path
) -> None:
    done = replay(running.url, "--bundle", bundle_path, "golden", "--rate", "50", "--duration", "2s", "--flat")
    assert done.code == 0, done.printed + done.complained
    assert "answered 200" in done.printed
    assert "make console" in done.printed


def test_answers_of_another_model_are_reported_and_exit_1(
    running: Running, replay: Replay, bundle_path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / bundle_path.name
    shutil.copytree(bundle_path, other)
    golden = json.loads((other / "golden.json").read_text())
    for case in golden["cases"]:
        case["prediction"]["probabilities"] = dict.fromkeys(case["prediction"]["probabilities"], 0.5)
    (other / "golden.json").write_text(json.dumps(golden))
    done = replay(running.url, "--bundle", other, "golden", "--rate", "20", "--duration", "1s", "--flat")
    assert done.code == 1
    assert "golden answers differ" in done.printed


def test_synthetic_requests_follow_the_clock_of_the_stack_and_reach_its_metrics(
    start_stack: Start, replay: Replay, bundle_path: Path
) -> None:
    with start_stack("--no-throttle", "--clock-speed", "60") as running:
        options = ("--rate", "0.5", "--duration", "2m", "--flat", "--invalid", "0.2", "--drift", "age=+500")
        done = replay(running.url, "--bundle", bundle_path, "synthetic", *options)
        assert done.code == 0, done.complained
        query = {
            "Id": "m",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/ApiGateway",
                    "MetricName": "4XXError",
                    "Dimensions": [
                        {"Name": "ApiName", "Value": "inference-dev-api"},
                        {"Name": "Stage", "Value": "dev"},
                    ],
                },
                "Period": 86_400,
                "Stat": "Sum",
            },
        }
        body = {"MetricDataQueries": [query], "StartTime": "2026-01-01", "EndTime": "2099-01-01"}
        answer = httpx.post(f"{running.monitoring}/metric-data", json=body).json()
    assert "answered 400" in done.printed
    assert sum(answer["MetricDataResults"][0]["Values"]) > 20, "ages of 500 years are refused"


def test_wrong_usage_is_one_sentence(running: Running, replay: Replay, bundle_path: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("nothing\n")
    for arguments, message in (
        ((tmp_path / "absent.jsonl",), "cannot be read"),
        ((tmp_path / "empty.jsonl",), "contains no request"),
        (("synthetic", "--drift", "shoe size=+1"), "the features are age"),
        (("synthetic", "--rate", "0"), "expected a number above 0"),
        (("synthetic", "--duration", "soon"), "expected a duration"),
        (("synthetic", "--zone", "Mars/Base"), "expected a time zone"),
    ):
        done = replay(running.url, "--bundle", bundle_path, *arguments)
        assert done.code == 2, done.printed
        assert message in done.complained


def test_a_stack_that_does_not_answer_is_named_with_what_starts_one() -> None:
    command = [sys.executable, "-m", "local_stack", "replay", "synthetic", "--url", "http://127.0.0.1:1/dev"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "error: http://127.0.0.1:1/dev/model does not answer. "
        "Start a stack with make run, or pass another address with --url.\n"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bodies.jsonl", json.dumps({"instances": [_INSTANCE]})),
        ("instances.jsonl", json.dumps(_INSTANCE)),
        (
            "log.jsonl",
            json.dumps({"message": "request answered", "payload": [{"instance": _INSTANCE, "prediction": {}}]}),
        ),
        ("access.jsonl", json.dumps({"body": {"instances": [_INSTANCE]}})),
        ("table.csv", "age,cups of coffee,chronotype,ignored\n41.5,3,late,x"),
        ("windows.csv", "\ufeffage,cups of coffee,chronotype\r\n41.5,3.0,late\r\n"),
    ],
)
def test_requests_are_read_from_what_people_have(bundle_path: Path, tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content + "\nno request\n" if name.endswith("jsonl") else content, encoding="utf-8")
    (planned,) = _recorded(tmp_path / name, bundle_path)
    assert planned.body == {"instances": [_INSTANCE]}


def test_recorded_requests_keep_their_pace_and_order(bundle_path: Path, tmp_path: Path) -> None:
    times = ["2026-11-20T07:00:00Z", "2026-11-20T07:00:09Z", "2026-11-20T07:00:02.5Z"]
    lines = [json.dumps({"timestamp": time, "instances": [_INSTANCE]}) for time in times]
    (tmp_path / "r.jsonl").write_text("\n".join(lines))
    planned = _recorded(tmp_path / "r.jsonl", bundle_path)
    assert [each.moment for each in planned] == [0, 2.5, 9]


def test_an_empty_cell_is_a_missing_value(bundle_path: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("age,cups of coffee,chronotype\n,3,late\n")
    (planned,) = _recorded(tmp_path / "t.csv", bundle_path)
    assert planned.body["instances"][0]["age"] is None


def test_bytes_that_are_no_text_are_one_sentence(bundle_path: Path, tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LocalStackError, match="cannot be read"):
        _recorded(tmp_path / "r.jsonl", bundle_path)
