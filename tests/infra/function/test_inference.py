from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from inference_lib import environment
from inference_lib.telemetry import metrics as telemetry
from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared


def function_of(declared: Declared) -> dict[str, Any]:
    return dict(declared.one("lambda/function:Function").inputs)


def test_the_function_runs_the_digest_of_the_image_that_was_pushed(declared: Declared) -> None:
    function = function_of(declared)

    assert function["packageType"] == "Image"
    assert function["imageUri"] == declared.one("docker:index/image:Image", "-image").outputs["repoDigest"]
    assert "@sha256:" in function["imageUri"]


def test_the_settings_reach_the_function(bundle: Path) -> None:
    settings = {"memoryMb": "2048", "timeoutS": "7", "maxInstances": "12", "logBins": "false"}
    named = {f"inference:{name}": value for name, value in settings.items()}
    function = function_of(declare("dev", named, bundle=bundle))

    assert (function["memorySize"], function["timeout"]) == (2048, 7)
    assert function["environment"]["variables"][environment.MAX_INSTANCES] == "12"
    assert function["environment"]["variables"][environment.LOG_BINS] == "false"


def test_a_request_may_take_ten_seconds_unless_it_is_said_otherwise(declared: Declared) -> None:
    assert function_of(declared)["timeout"] == 10


def test_the_function_sends_its_metrics_to_the_namespace_of_its_stack(declared: Declared) -> None:
    variables = function_of(declared)["environment"]["variables"]

    assert variables[environment.METRICS_NAMESPACE] == telemetry.namespace(declared.stack)


def test_the_function_is_given_only_variables_that_it_reads(declared: Declared) -> None:
    known = {value for name, value in vars(environment).items() if name.isupper() and isinstance(value, str)}

    assert set(function_of(declared)["environment"]["variables"]) <= known - {environment.MODEL_BUNDLE}


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_both_log_levels_let_the_lines_through_that_metrics_are_made_of(level: str, bundle: Path) -> None:
    function = function_of(declare("dev", {"inference:logLevel": level}, bundle=bundle))

    assert function["loggingConfig"] == {
        "logFormat": "JSON",
        "applicationLogLevel": level,
        "systemLogLevel": level,
        "logGroup": "/aws/lambda/inference-dev-predict",
    }
    assert function["environment"]["variables"][environment.LOG_LEVEL] == level


def test_the_log_group_with_its_retention_is_there_before_the_function(declared: Declared) -> None:
    group = declared.one("LogGroup", "function-logs")
    function = declared.one("lambda/function:Function")
    days = {"dev": 7, "staging": 14, "prod": 365}

    assert function.inputs["loggingConfig"]["logGroup"] == group.inputs["name"] == declared.outputs["log_group"]
    assert group.inputs["retentionInDays"] == days[declared.stack]
    assert group.inputs["logGroupClass"] == "STANDARD", "the other class has no metric filters"
    assert {group.name, "function-write-logs"} <= function.depends_on


def test_the_role_may_write_to_its_own_log_and_do_nothing_else(declared: Declared) -> None:
    role = declared.one("iam/role:Role")
    policy = declared.one("RolePolicy", "write-logs")
    (statement,) = json.loads(policy.inputs["policy"])["Statement"]

    assert function_of(declared)["role"] == role.outputs["arn"]
    assert policy.inputs["role"] == role.inputs["name"]
    assert statement == {
        "Effect": "Allow",
        "Sid": "WriteOwnLog",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": declared.one("LogGroup", "function-logs").outputs["arn"] + ":*",
    }
    assert not declared.all("RolePolicyAttachment")


def test_only_lambda_may_take_the_role(declared: Declared) -> None:
    (statement,) = json.loads(declared.one("iam/role:Role").inputs["assumeRolePolicy"])["Statement"]

    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_the_alias_points_to_the_published_version(declared: Declared) -> None:
    function = declared.one("lambda/function:Function")
    alias = declared.one("lambda/alias:Alias").inputs

    assert function.inputs["publish"] is True
    assert alias["name"] == "live"
    assert (alias["functionName"], alias["functionVersion"]) == (function.inputs["name"], function.outputs["version"])


def test_the_options_of_the_function_are_settings(bundle: Path, dev: Declared) -> None:
    function = function_of(
        declare("dev", {"inference:ephemeralStorageMb": "1024", "inference:reservedConcurrency": "5"}, bundle=bundle)
    )

    assert function["ephemeralStorage"] == {"size": 1024}
    assert function["reservedConcurrentExecutions"] == 5
    assert "reservedConcurrentExecutions" not in function_of(dev), "0 would refuse every call"
    assert function_of(dev)["tracingConfig"] == {"mode": "PassThrough"}


def test_a_traced_function_may_send_traces(bundle: Path, dev: Declared) -> None:
    (statement,) = json.loads(
        declare("dev", {"inference:tracing": "true"}, bundle=bundle).one("RolePolicy", "traces").inputs["policy"]
    )["Statement"]

    assert statement["Action"] == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    assert not dev.all("RolePolicy", "traces")


def test_a_canary_gets_its_share_beside_the_stable_version(bundle: Path) -> None:
    declared = declare("dev", {"inference:stableVersion": "7", "inference:canaryWeight": "0.1"}, bundle=bundle)
    alias = declared.one("lambda/alias:Alias").inputs
    newest = declared.one("lambda/function:Function").outputs["version"]

    assert alias["functionVersion"] == "7"
    assert alias["routingConfig"] == {"additionalVersionWeights": {newest: 0.1}}


def test_the_live_version_is_what_the_api_calls_and_not_what_was_published_last(bundle: Path, dev: Declared) -> None:
    rolled_back = declare("dev", {"inference:stableVersion": "7"}, bundle=bundle).outputs

    assert rolled_back["live_version"] == "7", "a second failure must not go back to the version that failed first"
    assert rolled_back["function_version"] != "7"
    assert dev.outputs["live_version"] == dev.outputs["function_version"]


def test_rolling_back_is_one_setting(bundle: Path, dev: Declared) -> None:
    alias = declare("dev", {"inference:stableVersion": "7"}, bundle=bundle).one("lambda/alias:Alias").inputs

    assert alias["functionVersion"] == "7"
    assert "routingConfig" not in alias
    assert "routingConfig" not in dev.one("lambda/alias:Alias").inputs
