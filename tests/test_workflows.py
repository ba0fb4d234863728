"""The workflows of GitHub: linted, pinned, with few rights, and made of the Makefile's targets."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

_ROOT = Path(__file__).parents[1]
_FOLDER = _ROOT / ".github" / "workflows"
_FILES = sorted(_FOLDER.glob("*.yml"))
_BIN = Path(sys.executable).parent
_TARGETS = set(re.findall(r"^([a-z]+):.*## ", (_ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def workflow(path: Path) -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in workflow(path)["jobs"].values() for step in job.get("steps", [])]


def test_zizmor_finds_nothing() -> None:
    done = subprocess.run(
        [_BIN / "zizmor", "--offline", "--no-progress", "--persona", "pedantic", "--min-severity", "low", _FOLDER],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_workflow_follows_the_schema() -> None:
    done = subprocess.run(
        [_BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *_FILES],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_and_rights_are_given_job_by_job(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)(.*)", text)

    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name) or name.startswith("./") for name, _ in used)
    assert all(re.fullmatch(r" # v\d+\.\d+\.\d+", note) for name, note in used if not name.startswith("./"))
    assert workflow(path)["permissions"] == {}
    for job in workflow(path)["jobs"].values():
        assert set(job["permissions"].items()) <= {
            ("contents", "read"), ("id-token", "write"), ("pull-requests", "write")
        }  # fmt: skip
    assert "secrets." not in text, "there are no keys that live on"


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_run_steps_are_targets_of_the_makefile(path: Path) -> None:
    for step in steps(path):
        if "run" not in step or step["run"] == ".ci/run":
            continue
        (target,) = re.findall(r"\bmake (?:--silent )?([a-z]+)", step["run"])
        assert target in _TARGETS, step["run"]


def test_pull_requests_preview_the_stack_whose_state_their_role_reads() -> None:
    (preview,) = workflow(_FOLDER / "preview.yml")["jobs"].values()
    roles = yaml.safe_load((_ROOT / "bootstrap" / "Pulumi.yaml").read_text(encoding="utf-8"))

    assert preview["env"]["STACK"] == roles["config"]["stacks"]["default"].split(",")[0]


def test_each_environment_is_deployed_after_the_one_before_and_asks_its_own_environment() -> None:
    jobs = workflow(_FOLDER / "deploy.yml")["jobs"]
    (deployment,) = workflow(_FOLDER / "deploy-stack.yml")["jobs"].values()

    assert [(name, job.get("needs"), job["with"]["stack"]) for name, job in jobs.items()] == [
        ("dev", None, "dev"),
        ("staging", "dev", "staging"),
        ("prod", "staging", "prod"),
    ]
    assert deployment["environment"] == "${{ inputs.stack }}"


def test_the_bundle_is_on_shared_storage_before_the_function_that_serves_it_is_deployed() -> None:
    runs = [step.get("run") for step in steps(_FOLDER / "deploy-stack.yml")]

    assert runs.index("make pull") < runs.index("make storage") < runs.index("make up")


def test_the_version_before_is_the_one_that_the_api_calls() -> None:
    makefile = (_ROOT / "Makefile").read_text(encoding="utf-8")

    assert re.findall(r"^live:.*\n\t@pulumi stack output (\w+)", makefile, re.MULTILINE) == ["live_version"]


def test_a_failed_smoke_test_goes_back_to_the_version_before() -> None:
    listed = steps(_FOLDER / "deploy-stack.yml")
    runs = [step.get("run", "") for step in listed]
    before, up, smoke, back = (
        next(index for index, run in enumerate(runs) if f"make {verb}" in run.replace("--silent ", ""))
        for verb in ("live", "up", "smoke", "rollback")
    )

    assert before < up < smoke < back
    assert listed[back]["if"] == (
        "failure() && steps.smoke.conclusion == 'failure' && steps.before.outputs.version != ''"
    )
    assert listed[back]["env"] == {"BEFORE": "${{ steps.before.outputs.version }}"}
