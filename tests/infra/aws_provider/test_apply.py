"""The real provider makes each environment in moto, and boto3 reads back what matters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from infra.capture.component import LINES_WITH_PAYLOAD
from tests.infra.aws_provider.conftest import SLACK
from tests.infra.aws_provider.deployment_rights import refused, unexplained
from tests.program import STACKS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_stack.declared.evaluation import Declared
    from tests.infra.aws_provider.account import Account
    from tests.infra.aws_provider.terraform import Terraform


CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
EVERYTHING = {
    "inference:apiKeys": "mobile-app,web",
    "inference:publicDocs": "true",
    "inference:requestValidation": "true",
    "inference:quotaPerDay": "100",
    "inference:accessLogs": "true",
    "inference:tracing": "true",
    "inference:wafRate": "2000",
    "inference:allowedNetworks": "203.0.113.0/24",
    "inference:ephemeralStorageMb": "1024",
    "inference:reservedConcurrency": "5",
    "inference:provisionedConcurrency": "1",
    "inference:provisionedMaximum": "3",
    "inference:provisionedSchedule": "2 = 30 5 * * ? *; 0 = 0 9 * * ? *",
    "inference:pageEmails": "on-call@example.com",
    "inference:infoEmails": "team@example.com",
    "inference:modelStore": "true",
    "inference:capture": "true",
    "inference:captureHash": "mood",
    "inference:captureHashKey": "0123456789abcdef0123456789abcdef",
    "inference:batchConcurrency": "4",
    "inference:noTrafficHours": "6",
    "inference:classShareThreshold": "0.2",
    "inference:billedDuration": "true",
    "inference:clientErrorsBand": "3",
    "inference:domainName": "predict.example.com",
    "inference:certificateArn": CERTIFICATE,
    **SLACK,
}
STORAGE = {"inference:sharedStorage": "true", "inference:modelSource": "efs"}
ENVIRONMENTS = [*((stack, {}) for stack in STACKS), ("dev", EVERYTHING), ("dev", STORAGE)]


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=[*STACKS, "everything", "storage"])
def test_an_environment_is_made_stays_as_it_is_and_leaves_nothing(
    environment: tuple[str, dict[str, str]],
    terraform: Terraform,
    account: Account,
    configuration: Callable[..., dict[str, Any]],
    declared_for: Callable[[str, Mapping[str, str]], Declared],
) -> None:
    stack, settings = environment
    assert account.everything() == []

    terraform.record_calls()
    terraform.write(configuration(stack, settings))
    terraform.apply()
    declared = declared_for(stack, settings)
    _is_as_declared(account, declared)
    assert terraform.changes() == {}, "a second `pulumi up` has nothing to do"

    terraform.destroy()
    assert account.everything() == []
    calls = terraform.calls()
    assert len(calls) > 50, "the provider's log is read"
    assert refused(calls) == [], "the role of the deployment may not make these calls"
    if settings == EVERYTHING:
        assert unexplained(calls) == [], "nobody needs these rights"


def _is_as_declared(account: Account, declared: Declared) -> None:
    _alarms_are_as_declared(account, declared)
    _function_is_as_declared(account, declared)
    _api_is_as_declared(account, declared)
    _logs_are_as_declared(account, declared)
    _capture_is_as_declared(account, declared)
    _storage_is_as_declared(account, declared)
    name = f"inference-{declared.stack}-model"
    body = json.loads(declared.one("cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])
    assert len(account.dashboard(name)["widgets"]) == len(body["widgets"])


def _alarms_are_as_declared(account: Account, declared: Declared) -> None:
    made = account.alarms()
    assert sorted(made) == sorted(each.inputs["name"] for each in declared.all("MetricAlarm"))
    for each in declared.all("MetricAlarm"):
        alarm = made[each.inputs["name"]]
        assert alarm["AlarmDescription"] == each.inputs["alarmDescription"]
        assert alarm.get("Threshold") == each.inputs.get("threshold")
        assert alarm["TreatMissingData"] == each.inputs["treatMissingData"]


def _function_is_as_declared(account: Account, declared: Declared) -> None:
    inputs = declared.one("lambda/function:Function", "function-function").inputs
    client = account.client("lambda")
    function = client.get_function_configuration(FunctionName=inputs["name"])
    assert (function["MemorySize"], function["Timeout"]) == (inputs["memorySize"], inputs["timeout"])
    assert function["Environment"]["Variables"] == inputs["environment"]["variables"]
    alias = client.get_alias(FunctionName=inputs["name"], Name="live")
    assert alias["FunctionVersion"] == "1"
    statements = json.loads(client.get_policy(FunctionName=inputs["name"], Qualifier="live")["Policy"])["Statement"]
    assert [each["Principal"] for each in statements] == [{"Service": "apigateway.amazonaws.com"}]
    role = f"inference-{declared.stack}-predict-role"
    policies = account.client("iam").list_role_policies(RoleName=role)["PolicyNames"]
    own = [each for each in declared.all("RolePolicy") if each.name.startswith("function-")]
    assert set(policies) == {each.inputs["name"] for each in own}
    for each in declared.all("StateMachine"):
        (machine,) = account.client("stepfunctions").list_state_machines()["stateMachines"]
        made = account.client("stepfunctions").describe_state_machine(stateMachineArn=machine["stateMachineArn"])
        assert made["name"] == each.inputs["name"]
        assert function["FunctionArn"] + ":live" in made["definition"], "the references have become names"


def _api_is_as_declared(account: Account, declared: Declared) -> None:
    client = account.client("apigateway")
    (api,) = client.get_rest_apis()["items"]
    body = json.loads(declared.one("apigateway/restApi:RestApi").inputs["body"])
    resources = client.get_resources(restApiId=api["id"])["items"]
    made = {each["path"]: each.get("resourceMethods", {}) for each in resources}
    validators = {each["id"]: each for each in client.get_request_validators(restApiId=api["id"])["items"]}
    for path, operations in body["paths"].items():
        # moto takes the name of the extension for any method literally.
        assert made[path].keys() == {name.upper() for name in operations}
        for name, operation in operations.items():
            method = made[path][name.upper()]
            assert method["apiKeyRequired"] == ("security" in operation)
            validator = validators.get(method.get("requestValidatorId", ""), {})
            assert validator.get("name") == operation.get("x-amazon-apigateway-request-validator")
    _models_are_as_declared(client, api["id"], body, made["/predict"]["POST"])
    (stage,) = client.get_stages(restApiId=api["id"])["item"]
    assert stage["stageName"] == declared.stack


def _models_are_as_declared(client: Any, api_id: str, body: dict[str, Any], predict: dict[str, Any]) -> None:  # noqa: ANN401 - boto3 makes its classes when they are asked for
    declared = body.get("components", {}).get("schemas", {})
    models = {each["name"]: json.loads(each["schema"]) for each in client.get_models(restApiId=api_id)["items"]}
    assert models == declared
    assert list(predict.get("requestModels", {}).items()) == [("application/json", name) for name in declared]
    for each in client.get_request_validators(restApiId=api_id)["items"]:
        assert (each["validateRequestBody"], each["validateRequestParameters"]) == (True, False)


def _logs_are_as_declared(account: Account, declared: Declared) -> None:
    client = account.client("logs")
    made = {each["logGroupName"]: each.get("retentionInDays") for each in client.describe_log_groups()["logGroups"]}
    assert made == {each.inputs["name"]: each.inputs["retentionInDays"] for each in declared.all("LogGroup")}
    filters = {each["filterName"]: each["filterPattern"] for each in client.describe_metric_filters()["metricFilters"]}
    assert filters == {each.inputs["name"]: each.inputs["pattern"] for each in declared.all("LogMetricFilter")}


def _capture_is_as_declared(account: Account, declared: Declared) -> None:
    group = f"/aws/lambda/inference-{declared.stack}-predict"
    subscribed = account.client("logs").describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
    filters = {each["filterPattern"]: each["destinationArn"] for each in subscribed}
    firehose = account.client("firehose")
    streams = {
        name: firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
        for name in firehose.list_delivery_streams()["DeliveryStreamNames"]
    }
    assert sorted(streams) == sorted(each.inputs["name"] for each in declared.all("FirehoseDeliveryStream"))
    for name, stream in streams.items():
        (target,) = stream["Destinations"]
        bucket = f"{name}-123456789012"
        assert filters == {LINES_WITH_PAYLOAD: stream["DeliveryStreamARN"]}
        assert target["ExtendedS3DestinationDescription"]["BucketARN"] == f"arn:aws:s3:::{bucket}"
        assert target["ExtendedS3DestinationDescription"]["CompressionFormat"] == "UNCOMPRESSED"
        (rule,) = account.client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        assert rule["Expiration"]["Days"] == 30


def test_the_console_is_made_behind_a_sign_in_and_leaves_nothing(
    terraform: Terraform,
    account: Account,
    configuration: Callable[..., dict[str, Any]],
    declared_for: Callable[[str, Mapping[str, str]], Declared],
) -> None:
    certificate = account.client("acm").request_certificate(DomainName="console.example.com")["CertificateArn"]
    settings = {
        "inference:sharedStorage": "true",
        "inference:console": "true",
        "inference:consoleUsers": "ana@example.com",
        "inference:consoleNetworks": "203.0.113.0/24",
        "inference:consoleDomainName": "console.example.com",
        "inference:consoleCertificateArn": certificate,
        "inference:apiKeys": "web",
    }
    terraform.write(configuration("dev", settings))
    terraform.record_calls()
    terraform.apply()

    _console_is_closed(account)
    _console_runs(account, declared_for("dev", settings))
    assert terraform.changes() == {}, "a second `pulumi up` has nothing to do"
    terraform.destroy()
    assert refused(terraform.calls()) == [], "the role of the deployment may not make these calls"
    assert account.everything() == []


def _console_is_closed(account: Account) -> None:
    balancers, ec2 = account.client("elbv2"), account.client("ec2")
    (balancer,) = balancers.describe_load_balancers()["LoadBalancers"]
    listeners = balancers.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    actions = {each["Port"]: [action["Type"] for action in each["DefaultActions"]] for each in listeners}
    assert actions == {80: ["redirect"], 443: ["authenticate-cognito", "forward"]}
    groups = {each["GroupId"]: each for each in ec2.describe_security_groups()["SecurityGroups"]}
    ways_in = groups[balancer["SecurityGroups"][0]]["IpPermissions"]
    assert {(each["FromPort"], each["IpRanges"][0]["CidrIp"]) for each in ways_in} == {
        (80, "203.0.113.0/24"),
        (443, "203.0.113.0/24"),
    }
    pools = account.client("cognito-idp")
    (pool,) = pools.list_user_pools(MaxResults=10)["UserPools"]
    assert [each["Username"] for each in pools.list_users(UserPoolId=pool["Id"])["Users"]]
    described = pools.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]
    assert described["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


def _console_runs(account: Account, declared: Declared) -> None:
    ecs = account.client("ecs")
    (service,) = ecs.describe_services(cluster="inference-dev-console", services=["inference-dev-console"])["services"]
    task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    (container,) = task["containerDefinitions"]
    assert container["readonlyRootFilesystem"] is True
    secret = account.client("secretsmanager").get_secret_value(SecretId="inference-dev-console")
    assert json.loads(secret["SecretString"]).keys() == {"api_url", "api_key"}
    names = {each["name"]: each["valueFrom"] for each in container["secrets"]}
    assert names["INFERENCE_API_KEY"] == f"{secret['ARN']}:api_key::{secret['VersionId']}"
    for role in ("start", "task"):
        made = account.client("iam").list_role_policies(RoleName=f"inference-dev-console-{role}-role")["PolicyNames"]
        assert sorted(made) == sorted(
            each.inputs["name"]
            for each in declared.all("RolePolicy")
            if each.inputs["role"].endswith(f"console-{role}-role")
        )


def _storage_is_as_declared(account: Account, declared: Declared) -> None:
    efs, ec2 = account.client("efs"), account.client("ec2")
    systems = efs.describe_file_systems()["FileSystems"]
    assert len(systems) == len(declared.all("efs/fileSystem:FileSystem"))
    if not systems:
        return
    (point,) = efs.describe_access_points()["AccessPoints"]
    assert (systems[0]["Encrypted"], point["RootDirectory"]["Path"]) == (True, "/models")
    targets = efs.describe_mount_targets(FileSystemId=systems[0]["FileSystemId"])["MountTargets"]
    assert len({each["AvailabilityZoneName"] for each in targets}) == len(targets) == 2
    function = account.client("lambda").get_function_configuration(FunctionName=f"inference-{declared.stack}-predict")
    (client_group,) = function["VpcConfig"]["SecurityGroupIds"]
    assert set(function["VpcConfig"]["SubnetIds"]) == {each["SubnetId"] for each in targets}
    (target_group,) = efs.describe_mount_target_security_groups(MountTargetId=targets[0]["MountTargetId"])[
        "SecurityGroups"
    ]
    groups = {each["GroupId"]: each for each in ec2.describe_security_groups()["SecurityGroups"]}
    (way_in,) = groups[target_group]["IpPermissions"]
    assert (way_in["FromPort"], way_in["ToPort"], way_in["IpRanges"]) == (2049, 2049, [])
    assert [each["GroupId"] for each in way_in["UserIdGroupPairs"]] == [client_group]
    assert groups[client_group]["IpPermissions"] == []
    assert not ec2.describe_nat_gateways()["NatGateways"]


def test_slack_s_channel_is_planned_with_its_guardrail(
    terraform: Terraform, configuration: Callable[..., dict[str, Any]]
) -> None:
    terraform.write(configuration("prod", SLACK, for_moto=False))
    plan = terraform.plan()

    (channel,) = [
        each["values"]
        for each in plan["planned_values"]["root_module"]["resources"]
        if each["type"] == "aws_chatbot_slack_channel_configuration"
    ]
    assert (channel["slack_team_id"], channel["slack_channel_id"]) == ("T0123ABCD", "C0123ABCD")
    assert channel["logging_level"] == "ERROR"
