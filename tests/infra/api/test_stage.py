from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from infra.api.stage import ACCESS_LOG
from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared


def throttles(declared: Declared) -> dict[str, Any]:
    settings: dict[str, Any] = declared.one("MethodSettings").inputs["settings"]
    return settings


@pytest.fixture(scope="module")
def logged(bundle: Path) -> Declared:
    """With access logs and traces."""
    return declare("dev", {"inference:accessLogs": "true", "inference:tracing": "true"}, bundle=bundle)


def test_each_request_is_one_line_of_json_in_a_log_of_its_own(logged: Declared) -> None:
    settings = logged.one("apigateway/stage:Stage").inputs["accessLogSettings"]
    group = logged.one("LogGroup", "access-logs")

    assert settings["destinationArn"] == group.outputs["arn"]
    assert group.inputs["retentionInDays"] == 7
    line = json.loads(settings["format"])
    assert "\n" not in settings["format"]
    assert {"request_id", "api_key_id", "latency_ms", "integration_latency_ms", "status"} <= line.keys()
    assert all(re.fullmatch(r"\$context(\.[A-Za-z]+)+", value) for value in line.values())


def test_the_access_log_never_repeats_what_was_sent() -> None:
    forbidden = ("$context.path", "$context.error.validationErrorString", "$context.error.message")

    assert not set(ACCESS_LOG.values()) & set(forbidden)


def test_without_access_logs_the_stack_needs_nothing_of_the_account(bundle: Path) -> None:
    declared = declare("dev", {"inference:accessLogs": "false"}, bundle=bundle)

    assert "accessLogSettings" not in declared.one("apigateway/stage:Stage").inputs
    assert not declared.all("LogGroup", "access-logs")


def test_the_role_of_the_whole_account_is_never_part_of_a_stack(logged: Declared) -> None:
    assert not logged.all("apigateway/account:Account")
    assert "loggingLevel" not in throttles(logged), "it needs that role, and repeats what was sent"


def test_the_throttles_and_the_metrics_by_route_are_settings(bundle: Path) -> None:
    settings = {"throttleRate": "7", "throttleBurst": "9", "detailedMetrics": "true"}
    declared = declare("dev", {f"inference:{key}": value for key, value in settings.items()}, bundle=bundle)

    assert throttles(declared) == {"throttlingRateLimit": 7, "throttlingBurstLimit": 9, "metricsEnabled": True}
    assert declared.one("MethodSettings").inputs["methodPath"] == "*/*"


def test_a_traced_stack_traces_from_the_gateway_to_the_function(logged: Declared, dev: Declared) -> None:
    assert logged.one("apigateway/stage:Stage").inputs["xrayTracingEnabled"] is True
    assert logged.one("lambda/function:Function").inputs["tracingConfig"] == {"mode": "Active"}
    assert dev.one("apigateway/stage:Stage").inputs["xrayTracingEnabled"] is False


def test_old_versions_of_tls_are_refused(declared: Declared) -> None:
    api = declared.one("RestApi").inputs

    assert api["securityPolicy"] == "SecurityPolicy_TLS13_1_2_2021_06"
    assert api["endpointAccessMode"] == "BASIC", "an enhanced policy needs a mode"
