"""What each function that runs the image of the stack has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared

FUNCTIONS = ("function", "monitor", "upload")
BOUNDARY = "arn:aws:iam::123456789012:policy/inference-bootstrap-boundary"


@pytest.fixture(scope="module")
def all_functions(bundle: Path) -> Declared:
    settings = {
        "inference:modelMonitor": "true",
        "inference:sharedStorage": "true",
        "inference:permissionsBoundary": BOUNDARY,
    }
    return declare("dev", settings, bundle=bundle)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_runs_the_image_and_writes_json_to_a_log_of_its_own(all_functions: Declared, name: str) -> None:
    function = all_functions.one("lambda/function:Function", f"{name}-function").inputs
    group = all_functions.one("LogGroup", f"{name}-logs").inputs

    assert function["imageUri"] == all_functions.one("Image", "-image").outputs["repoDigest"]
    assert group["name"] == f"/aws/lambda/{function['name']}"
    assert function["loggingConfig"]["logGroup"] == group["name"]
    assert function["loggingConfig"]["logFormat"] == "JSON"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_waits_for_its_log_and_for_each_right_of_its_role(all_functions: Declared, name: str) -> None:
    function = all_functions.one("lambda/function:Function", f"{name}-function")
    rights = {each.name for each in all_functions.all("RolePolicy") if each.name.startswith(f"{name}-")}

    assert f"{name}-write-logs" in rights
    assert function.depends_on >= {f"{name}-logs", *rights}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_is_within_the_boundary_and_given_to_lambda_alone(all_functions: Declared, name: str) -> None:
    role = all_functions.one("iam/role:Role", f"{name}-role").inputs
    (statement,) = json.loads(role["assumeRolePolicy"])["Statement"]

    assert role["permissionsBoundary"] == BOUNDARY
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_the_function_that_predicts_publishes_versions_and_no_other_does(all_functions: Declared) -> None:
    published = {each.name for each in all_functions.all("lambda/function:Function") if each.inputs["publish"]}

    assert published == {"function-function"}
