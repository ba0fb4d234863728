"""One circle, without AWS: the declared function captures, the declared filter passes lines on, a profile is made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from local_stack.declared.evaluation import declare
from local_stack.monitoring.metrics.filter_patterns import compile_pattern
from model_export.__main__ import main
from tests.model_export.capture.captures import delivered, subscription

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ASK = """
import json
from inference_lib import handler
from inference_lib.testing import FakeContext
for number in range(300):
    instance = {"age": 20 + number % 50, "cups of coffee": number % 4, "chronotype": "late"}
    body = json.dumps({"instances": [instance, {**instance, "age": None}]})
    handler.handler({"httpMethod": "POST", "path": "/predict", "body": body}, FakeContext(f"r-{number}"))
"""
SETTINGS = {
    "inference:capture": "true",
    "inference:captureSampleRate": "0.5",
    "inference:captureDrop": "chronotype",
    "inference:captureHash": "cups of coffee",
    "inference:captureHashKey": "0123456789abcdef0123456789abcdef",
}


def test_what_the_function_captures_becomes_the_profile_of_a_new_version(
    bundle_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = declare("dev", SETTINGS, bundle=bundle_path)
    variables = declared.one("lambda/function:Function").inputs["environment"]["variables"]
    passes = compile_pattern(declared.one("LogSubscriptionFilter").inputs["filterPattern"])
    environment = {**os.environ, **variables, "MODEL_BUNDLE": str(bundle_path)}
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env=environment)
    sent = [line for line in done.stdout.splitlines() if passes(json.loads(line))]
    monkeypatch.chdir(tmp_path)
    shutil.copytree(bundle_path.parent, tmp_path / "bundles" / "small")
    (tmp_path / "capture").mkdir()
    batches = [subscription(sent[start : start + 20], start) for start in range(0, len(sent), 20)]
    (tmp_path / "capture" / "inference-dev-capture-1.gz").write_bytes(delivered(*batches))

    assert main(["profile", "--from", "capture", "--write"]) == 0

    version = (tmp_path / "bundles" / "small" / "latest").read_text(encoding="utf-8").strip()
    profile = json.loads((tmp_path / "bundles" / "small" / version / "profile.json").read_bytes())
    before = json.loads((bundle_path / "profile.json").read_bytes())
    assert 100 < len(sent) < 200, "half of the requests, by their ids"
    assert profile["rows"] == 2 * len(sent)
    assert profile["features"]["age"]["missing_share"] == 0.5
    for name in ("chronotype", "cups of coffee"):
        assert profile["features"][name] == {**before["features"][name], "rows": before["rows"]}
    assert '"late"' not in "".join(sent)
