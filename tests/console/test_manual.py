"""docs/console.md cannot rot: its commands, its variables and the actions that it lists are those of the console."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from console.connection import settings
from console.model import bundle_files
from console.monitoring import aws as aws_monitoring
from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    import pytest

_ROOT = Path(__file__).parents[2]
_MANUAL = (_ROOT / "docs" / "console.md").read_text(encoding="utf-8")
# What it is to have it in the cloud is held by tests/test_manuals.py.
_HERE = _MANUAL.partition("## In the cloud")[0]
_COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", _HERE, re.DOTALL) for line in block.splitlines() if line]
_TRIAL = "SetAlarmState"


def test_each_command_is_one_that_there_is(bundle_path: Path) -> None:
    assert [command.split()[-2:] for command in _COMMANDS] == [
        ["make", "run"], ["make", "console"], ["replay", "synthetic"], ["make", "console"],
    ]  # fmt: skip
    help_ = [sys.executable, "-m", "local_stack", "replay", "--help"]
    printed = subprocess.run(help_, cwd=_ROOT, capture_output=True, text=True, check=True).stdout
    assert "synthetic" in printed
    (output,) = re.findall(r"pulumi stack output (\w+)", _HERE)
    assert output in declare("dev", bundle=bundle_path).outputs


def test_the_variables_are_those_that_are_read() -> None:
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", _MANUAL, re.MULTILINE))
    read = {value for name, value in vars(settings).items() if name.endswith("_VARIABLE")}
    assert told == read | {bundle_files.BUNDLES_VARIABLE, settings.REGION_VARIABLES[0]}
    assert f"`{settings.DEFAULT_URL}`" in _MANUAL
    assert f"`{settings.DEFAULT_REGION}`" in _MANUAL


def test_the_actions_are_those_that_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    source = Path(aws_monitoring.__file__).read_text(encoding="utf-8")
    called = set()
    for service, attribute in (("cloudwatch", "_cloudwatch"), ("logs", "_logs"), ("lambda", "_lambda")):
        names = boto3.client(service, "eu-central-1").meta.method_to_api_mapping
        found = re.findall(rf'self\.{attribute}\.(?:get_paginator\("(\w+)"\)|(\w+)\()', source)
        called |= {f"{service}:{names[first or second]}" for first, second in found if (first or second) in names}
    (policy,) = re.findall(r"```json\n(.*?)```", _MANUAL, re.DOTALL)
    (statement,) = json.loads(policy)["Statement"]
    assert {*statement["Action"], f"cloudwatch:{_TRIAL}"} == called
    assert f"`cloudwatch:{_TRIAL}`" in _MANUAL
