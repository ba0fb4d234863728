"""The console in the cloud: what runs, who reaches it, and what it may do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from infra.console.image import DOCKERFILE
from infra.image.context import context_files
from local_stack.declared.evaluation import PROJECT_DIRECTORY
from tests.infra.console.stacks import CERTIFICATE, NETWORKS, SIGN_IN, declared_with

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared


@pytest.fixture(scope="module")
def plain(bundle: Path) -> Declared:
    """For two networks, over HTTP."""
    return declared_with(NETWORKS, bundle)


@pytest.fixture(scope="module")
def signed_in(bundle: Path) -> Declared:
    """For two people, over HTTPS, with shared storage and an API that asks for keys."""
    return declared_with({**SIGN_IN, "monitoring": "full", "sharedStorage": "true", "apiKeys": "web"}, bundle)


def container_of(declared: Declared) -> dict[str, Any]:
    (container,) = json.loads(declared.one("TaskDefinition").inputs["containerDefinitions"])
    return dict(container)


def group_of(declared: Declared, part: str) -> str:
    return str(declared.one("ec2/securityGroup:SecurityGroup", f"{part}-group").outputs["id"])


def ways(declared: Declared, direction: str, group: str) -> set[tuple[int, str]]:
    """Ports and who is at the other end."""
    return {
        (each.inputs["fromPort"], each.inputs.get("cidrIpv4") or each.inputs["referencedSecurityGroupId"])
        for each in declared.all(f"SecurityGroup{direction}Rule")
        if each.inputs["securityGroupId"] == group
    }


def test_a_stack_that_does_not_ask_for_it_has_none_of_it(declared: Declared) -> None:
    kinds = ("aws:ecs", "aws:lb", "aws:cognito", "aws:secretsmanager", "aws:ec2")

    assert not [each for each in declared.resources if each.type.startswith(kinds)]
    assert (declared.outputs["console_url"], declared.outputs["console_domain_target"]) == ("", "")


def test_only_the_named_networks_reach_the_load_balancer_and_it_alone_reaches_the_task(plain: Declared) -> None:
    balancer, task = group_of(plain, "balancer"), group_of(plain, "task")

    assert ways(plain, "Ingress", balancer) == {(80, "203.0.113.0/24"), (80, "198.51.100.7/32")}
    assert ways(plain, "Egress", balancer) == {(8501, task)}
    assert ways(plain, "Ingress", task) == {(8501, balancer)}
    assert ways(plain, "Egress", task) == {(443, "0.0.0.0/0")}


def test_without_a_certificate_it_is_http_at_the_load_balancers_own_name(plain: Declared) -> None:
    (listener,) = plain.all("Listener")

    assert (listener.inputs["port"], listener.inputs["protocol"]) == (80, "HTTP")
    assert [each["type"] for each in listener.inputs["defaultActions"]] == ["forward"]
    assert plain.outputs["console_url"] == f"http://{plain.one('LoadBalancer').outputs['dnsName']}"


def test_with_a_certificate_everything_goes_over_https_and_nobody_passes_the_sign_in(signed_in: Declared) -> None:
    secure, plain = signed_in.one("Listener", "https").inputs, signed_in.one("Listener", "http").inputs
    first, then = secure["defaultActions"]

    assert plain["defaultActions"] == [
        {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}}
    ]
    assert (secure["protocol"], secure["certificateArn"]) == ("HTTPS", CERTIFICATE)
    assert "TLS13-1-2" in secure["sslPolicy"]
    assert (first["type"], first["order"], then["type"], then["order"]) == ("authenticate-cognito", 1, "forward", 2)
    assert first["authenticateCognito"]["onUnauthenticatedRequest"] == "authenticate"
    assert signed_in.outputs["console_url"] == "https://console.example.com"
    assert signed_in.outputs["console_domain_target"] == signed_in.one("LoadBalancer").outputs["dnsName"]


def test_nobody_joins_the_pool_by_themselves(signed_in: Declared) -> None:
    pool, client = signed_in.one("UserPool").inputs, signed_in.one("UserPoolClient").inputs

    assert pool["adminCreateUserConfig"] == {"allowAdminCreateUserOnly": True}
    assert pool["passwordPolicy"]["minimumLength"] >= 12
    assert client["callbackUrls"] == ["https://console.example.com/oauth2/idpresponse"]
    assert (client["allowedOauthFlows"], client["generateSecret"]) == (["code"], True)
    assert {each.inputs["username"] for each in signed_in.all("cognito/user:User")} == {
        "ana@example.com",
        "ben@example.com",
    }


def test_who_signs_in_may_come_from_anywhere_unless_networks_are_named_besides(bundle: Path) -> None:
    anywhere, both = declared_with(SIGN_IN, bundle), declared_with({**SIGN_IN, **NETWORKS}, bundle)

    assert ways(anywhere, "Ingress", group_of(anywhere, "balancer")) == {(80, "0.0.0.0/0"), (443, "0.0.0.0/0")}
    assert "0.0.0.0/0" not in {other for _, other in ways(both, "Ingress", group_of(both, "balancer"))}
    assert (443, "0.0.0.0/0") in ways(anywhere, "Egress", group_of(anywhere, "balancer")), "to Cognito"


def test_a_deployment_that_fails_goes_back_by_itself(plain: Declared) -> None:
    service, target = plain.one("ecs/service:Service").inputs, plain.one("TargetGroup").inputs

    assert service["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert (service["deploymentMinimumHealthyPercent"], service["deploymentMaximumPercent"]) == (100, 200)
    assert target["healthCheck"]["path"] == "/_stcore/health"
    assert target["deregistrationDelay"] <= 60
    assert target["stickiness"]["enabled"] is True, "the state of a page is in one task"
    assert {each.name for each in plain.all("Listener")} <= plain.one("ecs/service:Service").depends_on


def test_address_and_key_of_the_api_come_from_the_secret_and_stand_nowhere_else(signed_in: Declared) -> None:
    secret, version = signed_in.one("Secret").outputs["arn"], signed_in.one("SecretVersion")
    container = container_of(signed_in)
    key = signed_in.outputs["api_keys"]["console"]

    assert json.loads(version.inputs["secretString"]) == {"api_url": signed_in.outputs["api_url"], "api_key": key}
    assert "secretString" in version.secrets
    assert {each["name"]: each["valueFrom"] for each in container["secrets"]} == {
        "INFERENCE_API_URL": f"{secret}:api_url::{version.outputs['versionId']}",
        "INFERENCE_API_KEY": f"{secret}:api_key::{version.outputs['versionId']}",
    }
    assert key not in json.dumps(container)


def test_an_api_without_keys_needs_none_for_the_console(plain: Declared) -> None:
    assert [each["name"] for each in container_of(plain)["secrets"]] == ["INFERENCE_API_URL"]
    assert plain.outputs["api_keys"] == {}


def test_the_console_looks_at_its_own_stack_and_changes_nothing(signed_in: Declared) -> None:
    role = signed_in.one("iam/role:Role", "console-task-role").inputs["name"]
    statements = [
        statement
        for each in signed_in.all("RolePolicy")
        if each.inputs["role"] == role
        for statement in json.loads(each.inputs["policy"])["Statement"]
    ]
    actions = {action for each in statements for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])}  # fmt: skip  # noqa: E501 - one expression

    assert actions == {
        "cloudwatch:DescribeAlarmHistory",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetDashboard",
        "cloudwatch:GetMetricData",
        "elasticfilesystem:ClientMount",
        "lambda:GetAlias",
        "lambda:ListVersionsByFunction",
        "logs:GetQueryResults",
        "logs:StartQuery",
    }
    bound = {each["Sid"]: each["Resource"] for each in statements if each["Resource"] != "*"}
    assert bound["ReadOwnDashboard"] == "arn:aws:cloudwatch::123456789012:dashboard/inference-dev-model"
    logs = ["predict", "notifier"]
    assert [each.partition("log-group:")[2] for each in bound["QueryOwnLog"]] == [
        f"/aws/lambda/inference-dev-{name}:*" for name in logs
    ]
    assert all("function:inference-dev-predict" in each for each in bound["ReadVersions"])
    dashboard = json.dumps(signed_in.one("cloudwatch/dashboard:Dashboard").inputs)
    assert "/aws/lambda/inference-dev-predict" in dashboard


def test_the_models_are_mounted_to_be_read(signed_in: Declared, plain: Declared) -> None:
    (volume,) = signed_in.one("TaskDefinition").inputs["volumes"]
    (mount,) = container_of(signed_in)["mountPoints"]
    variables = {each["name"]: each["value"] for each in container_of(signed_in)["environment"]}
    groups = signed_in.one("ecs/service:Service").inputs["networkConfiguration"]["securityGroups"]

    assert volume["efsVolumeConfiguration"]["transitEncryption"] == "ENABLED"
    assert volume["efsVolumeConfiguration"]["authorizationConfig"]["iam"] == "ENABLED"
    assert (mount["sourceVolume"], mount["readOnly"]) == (volume["name"], True)
    assert variables["INFERENCE_BUNDLES"] == mount["containerPath"] == "/mnt/models"
    assert signed_in.one("ec2/securityGroup:SecurityGroup", "storage-client").outputs["id"] in groups
    assert plain.one("TaskDefinition").inputs.get("volumes", []) == []


def test_the_container_cannot_write_to_its_image(plain: Declared) -> None:
    assert container_of(plain)["readonlyRootFilesystem"] is True
    assert plain.one("TaskDefinition").inputs["runtimePlatform"]["cpuArchitecture"] == "ARM64"


def test_the_image_is_that_of_the_sources_of_the_console(bundle: Path, plain: Declared) -> None:
    files = {path.relative_to(PROJECT_DIRECTORY).as_posix() for path in context_files(PROJECT_DIRECTORY, DOCKERFILE)}

    assert {
        "console/app.py",
        "console/connection/server.py",
        "console/assets/skeleton.html",
        "console/assets/socket.js",
        "console/views/predict.py",
        ".streamlit/config.toml",
        DOCKERFILE,
    } <= files
    assert not [path for path in files if path.startswith(("inference_lib", "bundles", "infra", "tests"))]
    image = plain.one("docker:index/image:Image", "console-image-image").inputs["build"]
    assert (image["dockerfile"], image["platform"]) == ("build/context/dev/console-image/Dockerfile", "linux/arm64")
    other = declared_with({**NETWORKS, "architecture": "x86_64"}, bundle)
    assert other.one("docker:index/image:Image", "console-image-image").inputs["build"]["platform"] == "linux/amd64"


def test_the_base_image_is_the_one_of_the_function() -> None:
    files = [(PROJECT_DIRECTORY / name).read_text(encoding="utf-8") for name in ("Dockerfile", DOCKERFILE)]
    bases = [next(line for line in text.splitlines() if "BASE_IMAGE=" in line) for text in files]

    assert bases[0] == bases[1]


def test_subnets_that_exist_are_used(bundle: Path) -> None:
    subnets = "subnet-0123456789abcdef2,subnet-0123456789abcdef3"
    found = declared_with({**NETWORKS, "publicSubnetIds": subnets}, bundle)

    assert not found.all("ec2/vpc:Vpc")
    assert found.one("LoadBalancer").inputs["subnets"] == subnets.split(",")
