"""The model monitor with feedback: what is joined, what is counted, and which notices are sent."""

from __future__ import annotations

import json
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from inference_lib.http.requests import Request
from inference_lib.monitor.quality.feedback import MAX_TRUTHS
from inference_lib.testing import FakeContext
from local_stack.function.log import redated
from local_stack.model_monitor.aws_api import AWS_PREFIX, AwsApi
from tests.inference_lib.in_process import InProcessApi
from tests.local_stack.monitored import MONITOR, PREDICTS, Aws, logged, monitor_of, records
from tests.local_stack.serving import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from inference_lib.contract.document import Json


@pytest.fixture
def aws() -> Aws:
    return Aws()


@pytest.fixture
def monitor_with_feedback(
    aws: Aws, bundle_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[], dict[str, Json]]]:
    """Run the monitor of a model that was evaluated, and return what it says of feedback."""
    evaluated = tmp_path / bundle_path.name
    shutil.copytree(bundle_path, evaluated)
    contract = json.loads((evaluated / "contract.json").read_text())
    contract["metrics"] = {"accuracy": 0.95, "brier_score": 0.1}
    (evaluated / "contract.json").write_text(json.dumps(contract))
    with served(AwsApi(aws.query, aws.publish).application()) as address:
        built = monitor_of(evaluated, address + AWS_PREFIX, FEEDBACK="true")

        def run() -> dict[str, Json]:
            written = built.run(time.time() + 1, FakeContext())  # type: ignore[arg-type] # stands for Lambda's
            aws.logs[MONITOR] += capsys.readouterr().out.splitlines()
            report = written["quality report"]
            assert isinstance(report, dict)
            return report

        yield run


def _truths(bundle: Path, entries: list[dict[str, Json]]) -> list[str]:
    """Return the lines of a function that was given feedback."""
    api = InProcessApi(bundle, FEEDBACK="true")
    lines: list[str] = []
    for at in range(0, len(entries), 50):
        body = json.dumps({"feedback": entries[at : at + 50]})
        request = Request(method="POST", path="/feedback", headers={}, body=body, request_id=f"f-{at}")
        response, written = api.service.handle(request)
        assert response.status == 202, response.body
        lines += written.splitlines()
    return lines


def _predicted(lines: list[str]) -> dict[str, str]:
    """Return the predicted class by request."""
    records = [json.loads(line) for line in lines if "_aws" in line]
    return {record["function_request_id"]: next(iter(record["labels"])) for record in records}


def _with_feedback(bundle: Path, number: int, *, right: float) -> tuple[list[str], list[dict[str, Json]]]:
    lines = logged(bundle, number, FEEDBACK="true")
    other = {"rest": "carry on", "carry on": "rest"}
    told: list[dict[str, Json]] = [
        {"request_id": request_id, "label": label if at < right * number else other[label]}
        for at, (request_id, label) in enumerate(_predicted(lines).items())
    ]
    return lines, told


def test_feedback_is_joined_with_its_predictions_whatever_else_comes(
    aws: Aws, monitor_with_feedback: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    lines, told = _with_feedback(bundle_path, 100, right=0.9)
    repeated = [{**each, "label": "rest"} for each in told[:5]]
    strangers: list[dict[str, Json]] = [{"request_id": f"never-{at}", "label": "rest"} for at in range(7)]
    other: list[dict[str, Json]] = [{"request_id": str(told[0]["request_id"]), "instance": 9, "label": "rest"}]
    # The newest holds: what was told first is repeated.
    aws.logs[PREDICTS] = [
        *lines,
        *_truths(bundle_path, repeated),
        *_truths(bundle_path, [*told[:80], *strangers, *other]),
    ]

    report = monitor_with_feedback()

    counted = {name: report[name] for name in report if name.startswith("feedback") or name == "predictions"}
    assert counted == {
        "feedback_received": 93,
        "feedback_repeated": 5,
        "feedback_unmatched": 7,
        "feedback_not_observed": 1,
        "feedback_left_out": 0,
        "predictions": 80,
    }
    record = next(each for each in records(aws) if each["message"] == "quality report")
    assert record["Accuracy"] == 1.0, "the first 80 of 100 were right"
    assert 0 <= record["CalibrationError"] <= 1
    assert aws.published == []


@pytest.mark.parametrize(("days", "matched"), [(8, 40), (29, 40), (31, 0)])
def test_feedback_may_come_as_late_as_the_log_reaches(
    aws: Aws, monitor_with_feedback: Callable[[], dict[str, Json]], bundle_path: Path, days: int, matched: int
) -> None:
    lines, told = _with_feedback(bundle_path, 40, right=1)
    then = time.time() - days * 86_400
    aws.logs[PREDICTS] = [*(redated(line, then) for line in lines), *_truths(bundle_path, told)]
    report = monitor_with_feedback()
    assert (report["feedback_received"], report["predictions"]) == (40, matched)
    assert report["feedback_unmatched"] == 40 - matched


def test_a_loss_of_quality_sends_a_notice(
    aws: Aws, monitor_with_feedback: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    lines, told = _with_feedback(bundle_path, 200, right=0.5)
    aws.logs[PREDICTS] = [*lines, *_truths(bundle_path, told)]
    monitor_with_feedback()
    record = next(each for each in records(aws) if each["message"] == "quality report")
    assert record["Accuracy"] == 0.5
    assert record["QualityLoss"] > 1
    assert record["reference"] == {"Accuracy": 0.95, "BrierScore": 0.1}
    assert aws.told == [f"Predictions of small {bundle_path.name} are worse than at export"]
    assert "Accuracy: 0.5, 0.95 at export" in aws.published[0]["Message"]
    monitor_with_feedback()
    assert len(aws.published) == 1, "people know it already"

    lines, told = _with_feedback(bundle_path, 200, right=1)
    aws.logs[PREDICTS] = [*lines, *_truths(bundle_path, told)]
    monitor_with_feedback()
    assert aws.told[1:] == [f"Predictions of small {bundle_path.name} are as good as at export again"]


def test_junk_leaves_the_newest_feedback_in_and_is_counted(
    aws: Aws, monitor_with_feedback: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    lines, told = _with_feedback(bundle_path, 40, right=1)
    junk: list[dict[str, Json]] = [{"request_id": f"junk-{at % 2100}", "label": "rest"} for at in range(4200)]
    aws.logs[PREDICTS] = [*lines, *_truths(bundle_path, junk), *_truths(bundle_path, told)]
    report = monitor_with_feedback()
    assert (report["feedback_received"], report["predictions"]) == (4240, 40)
    assert report["feedback_repeated"] == report["feedback_unmatched"] == MAX_TRUTHS - 40
    assert report["feedback_left_out"] == 4240 - 2 * (MAX_TRUTHS - 40) - 40


def test_little_feedback_says_nothing(
    aws: Aws, monitor_with_feedback: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    lines, told = _with_feedback(bundle_path, 29, right=1)
    aws.logs[PREDICTS] = [*lines, *_truths(bundle_path, told)]
    report = monitor_with_feedback()
    assert report["reason"] == "fewer than 30 predictions with feedback: too few to measure quality"
    assert "Accuracy" not in json.dumps(records(aws)[0]["_aws"])


def test_instances_of_a_batch_are_distinguished(
    aws: Aws, monitor_with_feedback: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    aws.logs[PREDICTS] = logged(bundle_path, 1, batch=40, FEEDBACK="true")
    told: list[dict[str, Json]] = [{"request_id": "r-1-0", "instance": at, "label": "rest"} for at in range(40)]
    aws.logs[PREDICTS] += _truths(bundle_path, told)
    assert monitor_with_feedback()["predictions"] == 40


def test_instances_of_a_large_batch_that_are_not_observed_are_counted(
    aws: Aws, monitor_with_feedback: Callable[[], dict[str, Json]], bundle_path: Path
) -> None:
    aws.logs[PREDICTS] = logged(bundle_path, 1, batch=150, FEEDBACK="true")
    told: list[dict[str, Json]] = [{"request_id": "r-1-0", "instance": at, "label": "rest"} for at in range(150)]
    aws.logs[PREDICTS] += _truths(bundle_path, told)
    report = monitor_with_feedback()
    assert (report["predictions"], report["feedback_not_observed"], report["feedback_unmatched"]) == (100, 50, 0)
