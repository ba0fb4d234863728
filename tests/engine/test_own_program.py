"""A program of one's own, without a project file, by the real engine."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from pulumi import automation

from examples.own_program.program import MODELS, program
from tests.engine.stack import WITHOUT_CHECKPOINTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inference_lib.contract.document import Contract
    from tests.engine.stack import Engine


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning:pulumi_aws"
)  # warns of deprecated resources when it is imported
def test_two_models_behind_two_apis_in_one_stack_come_and_go_without_a_trace(
    engine: Engine, contract: Contract, write_bundle: Callable[[Contract], Path]
) -> None:
    shutil.copytree(write_bundle(contract), engine.directory / "bundles" / "other")
    for file in engine.directory.glob("Pulumi*.yaml"):
        file.unlink()
    settings = automation.ProjectSettings(name="own-program", runtime="python")
    workspace = automation.LocalWorkspace(
        work_dir=str(engine.directory),
        program=lambda: program(engine.directory),
        env_vars=engine.environment() | WITHOUT_CHECKPOINTS,
        project_settings=settings,
    )
    stack = automation.Stack.create("both", workspace)
    for model, bundle in zip(MODELS, ("sleep_advice", "other"), strict=True):
        stack.set_config(f"{model}:bundle", automation.ConfigValue(f"bundles/{bundle}"))
        stack.set_config(f"{model}:forceDelete", automation.ConfigValue("true"))

    made = stack.up()
    again = stack.up()

    assert len({made.outputs[f"{model}_url"].value for model in MODELS}) == len(MODELS)
    assert {each.inputs["name"] for each in engine.account.all("lambda/function")} == {
        "inference-first-predict",
        "inference-second-predict",
    }
    assert (again.summary.resource_changes or {}).keys() == {"same"}
    stack.destroy()
    assert engine.account.held == {}
