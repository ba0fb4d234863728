"""Capture and shadow on this machine, as a person tries them: the stack, its traffic, and what is in its log then."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from inference_lib.telemetry.metrics import (
    PREDICTION_DELTA,
    SHADOW_ERRORS,
    SHADOW_METRICS,
    Metric,
    dimensions,
    namespace,
    version_pair,
)
from inference_lib.testing import read_lines
from local_stack.__main__ import main as local_stack
from model_export.__main__ import main as model_export

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import pytest

    from tests.local_stack.conftest import Running

    Start = Callable[..., AbstractContextManager[Running]]


def _send(running: Running, bundle: Path) -> None:
    arguments = ["--url", running.url, "--bundle", str(bundle), "--duration", "10s", "--rate", "20", "--flat"]
    assert local_stack(["replay", "synthetic", *arguments, "--speed", "10"]) == 0


def test_traffic_becomes_a_profile_of_a_new_version(
    bundle_path: Path, start_stack: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(bundle_path.parent, tmp_path / "bundles" / "small")
    options = ("capture=true", "captureSampleRate=1", "captureDrop=chronotype")
    with start_stack(
        *(part for option in options for part in ("--set", option)), "--no-throttle", "--quiet"
    ) as running:
        _send(running, bundle_path)
    monkeypatch.chdir(tmp_path)
    log = running.state / "function.jsonl"
    answered = [
        each for each in read_lines(log.read_text(encoding="utf-8")).logs if each.get("route") == "POST /predict"
    ]

    assert model_export(["profile", "--from", str(log), "--write"]) == 0

    version = Path("bundles/small/latest").read_text(encoding="utf-8").strip()
    profile = json.loads(Path("bundles/small", version, "profile.json").read_bytes())
    assert version != bundle_path.name
    assert profile["rows"] == len(answered) > 100
    assert profile["features"]["chronotype"]["rows"] == 300, "it was dropped, and keeps the profile of the export"
    assert sum(profile["features"]["cups of coffee"]["counts"]) == profile["rows"]


def _counted(running: Running, metric: Metric, dimensions: dict[str, str]) -> float:
    """Return the number of datapoints of a metric, as the console asks for it."""
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    inner = {"Namespace": namespace("dev"), "MetricName": metric.name, "Dimensions": named}
    query = {"Id": "m", "Label": "m", "MetricStat": {"Metric": inner, "Period": 86_400, "Stat": "SampleCount"}}
    body = {"MetricDataQueries": [query], "StartTime": "2026-01-01T00:00:00Z", "EndTime": "2099-01-01T00:00:00Z"}
    answer = httpx.post(f"{running.monitoring}/metric-data", json=body).json()
    return float(sum(answer["MetricDataResults"][0]["Values"]))


def test_the_shadow_s_differences_are_metrics_by_the_pair_of_versions(
    bundle_path: Path, shadow_path: Path, start_stack: Start
) -> None:
    pair = {**dimensions("small"), **version_pair(bundle_path.name, shadow_path.name)}
    settings = ("--set", f"shadowBundle={shadow_path}", "--set", "shadowSampleRate=1")
    with start_stack(*settings, "--no-throttle", "--quiet") as running:
        _send(running, bundle_path)
        written = read_lines((running.state / "function.jsonl").read_text(encoding="utf-8"))
        counted = {metric: _counted(running, metric, pair) for metric in SHADOW_METRICS}
    pairs = [each for each in written.metrics if "VersionPair" in each]

    assert len(pairs) > 100
    assert set(counted.values()) == {len(pairs)}
    assert not [each for each in pairs if each[SHADOW_ERRORS.name]]
    assert [each for each in pairs if each[PREDICTION_DELTA.name]], "the two models differ"


def test_a_shadow_that_does_not_agree_is_refused_before_anything_starts(
    bundle_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert local_stack(["--bundle", str(bundle_path), "--set", f"shadowBundle={bundle_path}"]) == 2
    assert (
        "inference:shadowBundle: it is the version that is served; expected another bundle" in capsys.readouterr().err
    )
