"""What users type: the Makefile's targets and Pulumi's own commands, on a project of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from infra.settings.files import PROJECT_DIRECTORY
from local_stack.declared.kept import REASONS
from tests.engine.cloud.refusals import kind
from tests.engine.language_host import install
from tests.engine.settings import PROD
from tests.engine.test_releases import RETRAINED, retrain
from tests.program import STACKS

KEPT = {each.partition(":")[0] for each in REASONS} & {
    "apigateway/apiKey",
    "apigateway/restApi",
    "apigateway/stage",
    "apigateway/usagePlan",
    "cloudwatch/logGroup",
    "ecr/repository",
    "kms/key",
    "sns/topicSubscription",
}
"""What prod has of it."""

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inference_lib.contract.document import Contract
    from tests.engine.stack import Engine


def _typed(engine: Engine, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=engine.directory,
        env={**os.environ, **engine.environment()},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def language_host(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `pulumi up` runs the program with."""
    install(tmp_path, engine)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)


def _make(engine: Engine, *arguments: str) -> subprocess.CompletedProcess[str]:
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(PROJECT_DIRECTORY / name, engine.directory)
    # The environment is that of these tests.
    return _typed(engine, "make", "--assume-old=.venv/.ready", *arguments)


@pytest.mark.parametrize("stack", STACKS)
def test_a_key_that_is_set_and_removed_leaves_the_file_as_it_was_to_the_byte(stack: str, engine: Engine) -> None:
    committed = (engine.directory / f"Pulumi.{stack}.yaml").read_bytes()
    _typed(engine, "pulumi", "stack", "init", stack).check_returncode()
    file = engine.directory / f"Pulumi.{stack}.yaml"
    before = file.read_bytes()

    _typed(engine, "pulumi", "config", "set", "inference:apiName", "x", "--stack", stack).check_returncode()
    during = file.read_bytes()
    _typed(engine, "pulumi", "config", "rm", "inference:apiName", "--stack", stack).check_returncode()

    assert before.startswith(committed), "the engine adds its salt, and nothing else"
    assert during != before
    assert file.read_bytes() == before


def test_an_environment_is_taken_down_and_its_file_stays(engine: Engine) -> None:
    engine.stack("dev").up()
    file = engine.directory / "Pulumi.dev.yaml"
    before = file.read_bytes()

    done = _make(engine, "destroy", "STACK=dev", "PULUMI_OPTIONS=--yes --remove")

    assert done.returncode == 0, done.stdout + done.stderr
    assert engine.account.held == {}
    assert file.read_bytes() == before
    assert "dev" not in _typed(engine, "pulumi", "stack", "ls").stdout


@pytest.mark.parametrize("options", ["--yes", "--yes --skip-preview"])
def test_a_protected_environment_is_refused_before_anything_is_deleted(options: str, engine: Engine) -> None:
    engine.stack("prod", PROD).up()
    before = set(engine.account.held)

    done = _make(engine, "destroy", "STACK=prod", f"PULUMI_OPTIONS={options}")

    assert done.returncode != 0
    assert "Nothing was deleted. A protected stack is first unprotected" in done.stdout
    assert set(engine.account.held) == before


def test_a_preview_that_is_skipped_does_not_cost_callers_their_keys_nor_receivers_their_subscriptions(
    engine: Engine,
) -> None:
    stack = engine.stack("prod", PROD)
    stack.up()
    kept = {held.id for held in engine.account.held.values() if kind(held.type) in KEPT}

    done = _typed(engine, "pulumi", "destroy", "--yes", "--skip-preview", "--stack", "prod")

    assert done.returncode != 0
    assert len(kept) > len(KEPT)
    assert kept <= engine.account.held.keys()


@pytest.mark.usefixtures("language_host")
def test_make_rollback_leads_callers_back_and_says_how_long(
    engine: Engine, contract: Contract, write_bundle: Callable[[Contract], Path]
) -> None:
    stack = engine.stack("dev")
    stack.up()
    retrain(engine, contract, write_bundle)
    stack.up()
    engine.account.calls.clear()

    done = _make(engine, "rollback", "STACK=dev", "VERSION=1")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Pulumi.dev.yaml now has inference:stableVersion 1" in done.stdout
    assert engine.account.calls == [("update", "lambda/alias", "function-alias")]
    assert engine.account.one("lambda/alias", "live").inputs["functionVersion"] == "1"
    assert stack.up().keys() == {"same"}


@pytest.mark.usefixtures("language_host")
def test_the_preview_of_a_retrained_model_names_its_version_and_what_it_changes(
    engine: Engine, contract: Contract, write_bundle: Callable[[Contract], Path]
) -> None:
    engine.stack("dev").up()
    retrain(engine, contract, write_bundle)
    report = engine.directory / "preview.txt"

    for package in ("infra", "inference_lib", "local_stack", "model_export", "operate"):
        shutil.copytree(PROJECT_DIRECTORY / package, engine.directory / package, dirs_exist_ok=True)

    done = _make(engine, f"PY={sys.executable}", "preview", "STACK=dev", f"REPORT={report}")

    assert done.returncode == 0, done.stdout + done.stderr
    summary = report.read_text(encoding="utf-8").partition("\n\n")[0]
    assert f"{contract.name} {contract.version} -> {RETRAINED}" in summary
    assert "resources: 4 update" in summary
