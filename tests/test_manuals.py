"""The commands of the manuals name what is there: targets, options and settings."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks import watching
from benchmarks.publish.pages import quoted
from examples.sleep_advice.data import ADVICE
from inference_lib.contract.document import Contract
from inference_lib.protocols import feedback
from infra.delivery.settings import SUBJECT
from infra.settings.agreement import fields_of
from infra.settings.field import as_text
from infra.settings.files import project
from local_stack.__main__ import parser as local_stack_parser
from local_stack.declared.evaluation import declare
from model_export.commands.profile import parser as profile_parser
from operate.batch.command import parser as batch_parser
from operate.capacity.command import parser as capacity_parser
from operate.cost.command import parser as cost_parser
from operate.upload.command import parser as upload_parser

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

_ROOT = Path(__file__).parents[1]
_MANUALS = {
    name: (_ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    for name in (
        *("costs", "capacity", "versioning", "delivery", "shared-storage", "console", "batch", "capture", "shadow"),
        *("deploy", "detect-drift", "simulate-traffic"),
    )
}
# The rest of it is held by tests/console/test_manual.py.
_MANUALS["console"] = _MANUALS["console"].partition("## In the cloud")[2]
STACKS = ("dev", "staging", "prod")
_OPTIONS = ("shared-storage", "console", "deploy")
_COMMANDS = [
    (manual, line.strip())
    for manual, text in _MANUALS.items()
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
_TARGETS = set(re.findall(r"^([a-z]+):.*## ", (_ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
_PARSERS: dict[str, Callable[[], argparse.ArgumentParser]] = {
    "operate.batch": batch_parser,
    "operate.cost": cost_parser,
    "operate.capacity": capacity_parser,
    "local_stack": local_stack_parser,
    "model_export profile": profile_parser,
    "operate.upload": upload_parser,
}


@pytest.mark.parametrize("command", [c for _, c in _COMMANDS if c.startswith("make ")])
def test_each_target_is_in_the_makefile(command: str) -> None:
    assert shlex.split(command)[1] in _TARGETS


@pytest.mark.parametrize("command", [c for _, c in _COMMANDS if c.startswith(".venv/bin/python -m ")])
def test_each_command_line_is_understood(command: str) -> None:
    _, _, module, *arguments = shlex.split(command)
    if module == "model_export":
        module = f"{module} {arguments.pop(0)}"
    _PARSERS[module]().parse_args(arguments)


@pytest.mark.parametrize("command", [c for _, c in _COMMANDS if re.match(r"pulumi config (set|rm) ", c)])
def test_each_setting_is_declared(command: str) -> None:
    key = next(word for word in shlex.split(command)[3:] if not word.startswith("--") and word not in STACKS)
    namespace, _, name = key.rpartition(":")
    known = {"": fields_of((SUBJECT,)), "aws": {"region"}, "inference": project()["config"]}[namespace]
    assert name in known


def test_the_options_of_the_image_are_those_of_its_command() -> None:
    page = (_ROOT / "docs" / "image.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\.venv/bin/python (-m operate\.build\.image) (.*)$", page, re.MULTILINE)
    help_ = [sys.executable, *commands[0][0].split(), "--help"]
    printed = subprocess.run(help_, cwd=_ROOT, capture_output=True, text=True, check=True).stdout

    named = {word for _, arguments in commands for word in arguments.split() if not word.startswith("bundles/")}
    named |= set(re.findall(r"`(--[a-z]+)`", page))
    assert named
    assert named <= set(re.findall(r"--[a-z]+|linux/\w+", printed))


def test_each_output_is_one_of_the_stack(bundle_path: Path) -> None:
    named = {
        shlex.split(command)[3] for manual, command in _COMMANDS if "stack output" in command and manual in _OPTIONS
    }

    assert named
    assert named <= set(declare("dev", bundle=bundle_path).outputs)


def test_every_command_is_checked_or_is_pulumis_own() -> None:
    pulumi = r"pulumi (config (set|rm)|stack (init (bootstrap|dev)|rm|output)|up|destroy)"
    aws = r"aws (s3 sync|iam|apigateway) "
    own = re.compile(rf"make |\.venv/bin/python -m |{aws}|{pulumi}|cd bootstrap$|docker run |curl ")

    assert [command for _, command in _COMMANDS if not own.match(command)] == []


def test_the_bootstrap_declares_the_settings_that_it_reads() -> None:
    keys = project(_ROOT / "bootstrap")["config"]

    assert {key: (each["description"], each.get("default", "")) for key, each in keys.items()} == {
        key: (field.metadata["description"], as_text(field.default)) for key, field in fields_of((SUBJECT,)).items()
    }


@pytest.mark.parametrize("name", sorted(watching.PAGES))
def test_the_figures_of_shadow_and_capture_are_those_of_the_committed_run(name: str) -> None:
    measured = watching.page(watching.RUN.read_text(encoding="utf-8"), name)

    assert quoted(watching.PAGES[name], "benchmark") == measured, "python -m benchmarks.watching --publish"


def test_the_feedback_of_the_manual_is_taken() -> None:
    (command,) = [line for manual, line in _COMMANDS if manual == "detect-drift" and line.startswith("curl ")]
    contract = Contract(
        name="sleep_advice", version="v", task="multiclass", features=(), inputs=(), outputs={}, classes=ADVICE
    )
    (entry,) = feedback.read(json.loads(shlex.split(command)[-1]), contract)
    assert entry.truth in contract.classes
