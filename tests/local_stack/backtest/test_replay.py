"""A log against the declared alarms."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from local_stack.__main__ import main as local_stack
from local_stack.backtest.replay import backtest
from local_stack.declared.evaluation import declare
from local_stack.errors import LocalStackError
from tests.program import FULL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local_stack.backtest.replay import BacktestResult, Outcome
    from local_stack.declared.evaluation import Declared

_MORNING = datetime(2026, 11, 20, 7, tzinfo=UTC).timestamp()


def _log(minutes: int, unsure: range, failing: range = range(0)) -> Iterator[str]:
    """A request each second; in some minutes the model is unsure, in some it fails."""
    for second in range(60 * minutes):
        moment, minute = _MORNING + second, second // 60
        time = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        metrics = [{"Name": "PredictionProbability", "Unit": "None"}, {"Name": "Predictions", "Unit": "Count"}]
        directive = {"Namespace": "MLInference/dev", "Dimensions": [["Model"]], "Metrics": metrics}
        probability = 0.45 if minute in unsure else 0.8
        aws = {"Timestamp": int(moment * 1000), "CloudWatchMetrics": [directive]}
        yield json.dumps({"_aws": aws, "Model": "small", "PredictionProbability": probability, "Predictions": 1})
        status = "error" if minute in failing else "success"
        if status == "success":
            yield json.dumps({"message": "request answered", "timestamp": time, "status": 200, "total_ms": 0.3})
        report = {"requestId": "r", "metrics": {"durationMs": 4.0, "maxMemoryUsedMB": 48}, "status": status}
        yield json.dumps({"time": time, "type": "platform.report", "record": report})


def _outcome(result: BacktestResult, name: str) -> Outcome:
    return next(each for each in result.outcomes if each.name == f"inference-dev-alarm-{name}")


def _fired(result: BacktestResult, name: str) -> list[tuple[float, float | None]]:
    spans = _outcome(result, name).fired
    return [((since or 0) / 60 - _MORNING / 60, until and until / 60 - _MORNING / 60) for since, until in spans]


def test_an_alarm_fires_and_ends_with_its_datapoints(open_dev: Declared) -> None:
    result = backtest(open_dev, _log(60, unsure=range(20, 40)))
    # Two of three averages over the last five minutes, looked at every minute, are below 0.5: only a window that is
    # unsure in more than six sevenths of its time is.
    ((since, until),) = _fired(result, "low-probability")
    assert 25 < since <= 30
    assert until is not None
    assert 40 < until <= 50
    assert _fired(result, "info") == [(since, until)], "the composite alarm tells"
    assert _fired(result, "page") == []
    assert "less than the threshold (0.5)" in _outcome(result, "low-probability").reason


def test_another_threshold_is_tried_without_a_deployment(bundle_path: Path) -> None:
    relaxed = declare("dev", {**FULL, "inference:probabilityThreshold": "0.4"}, bundle=bundle_path)
    assert _fired(backtest(relaxed, _log(60, unsure=range(20, 40))), "low-probability") == []


def test_what_aws_measures_is_taken_from_the_platform_records(open_dev: Declared) -> None:
    result = backtest(open_dev, _log(30, unsure=range(0), failing=range(10, 20)))
    ((since, _until),) = _fired(result, "error-rate")
    assert 12 < since <= 14, "three of five minutes"
    assert _fired(result, "server-errors") == _fired(result, "error-rate"), "callers got a 502 for each"
    assert result.requests == 30 * 60


def test_lines_without_a_time_are_counted_and_harm_nothing(open_dev: Declared) -> None:
    clean = list(_log(3, unsure=range(0)))
    result = backtest(open_dev, ["", "not json", "[1]", '{"time": "soon"}', *clean])
    assert (result.skipped, result.requests) == (4, 180)


def test_a_file_that_is_no_log_is_an_error(open_dev: Declared) -> None:
    with pytest.raises(LocalStackError, match="no line with a time"):
        backtest(open_dev, ["a", "b"])


def test_the_command_prints_when_each_alarm_fired_and_exits_1_when_a_composite_alarm_did(
    bundle_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "day.jsonl"
    log.write_text("\n".join(_log(60, unsure=range(20, 40))))
    arguments = ["backtest", "--from", str(log), "--bundle", str(bundle_path)]
    assert local_stack(arguments) == 1
    printed = capsys.readouterr().out
    assert "3,600 requests of 1.0 h, from 2026-11-20 07:00 to 2026-11-20 07:59 UTC" in printed
    assert "inference-dev-alarm-low-probability" in printed
    assert local_stack([*arguments, "--set", "probabilityThreshold=0.4"]) == 0
    assert "The topics would have reported 0 alarms." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "nosuch.jsonl"], "nosuch.jsonl: the log cannot be read (No such file or directory)"),
        (["--from", "README.md"], "the log has no line with a time"),
        (["--set", "probabilityThreshold"], "expected KEY=VALUE"),
        (["--set", "probabilityThreshold=2"], "probabilityThreshold"),
    ],
)
def test_wrong_usage_is_one_sentence(
    bundle_path: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = local_stack(["backtest", "--bundle", str(bundle_path), *arguments])
    except SystemExit as error:
        code = int(str(error.code))
    assert code == 2
    assert message in capsys.readouterr().err
