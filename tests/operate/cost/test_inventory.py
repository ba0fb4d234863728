"""What the costs are reckoned from is what the program declares."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from inference_lib import environment
from inference_lib.telemetry import metrics as telemetry
from infra.prices.table import price_list
from infra.settings.files import read_stack
from local_stack.declared.evaluation import declare
from operate.cost.bill import bill
from operate.cost.inventory import ScheduleError, inventory_of
from operate.cost.usage import Timing, Usage

if TYPE_CHECKING:
    from pathlib import Path

    from inference_lib.contract.document import Contract
    from local_stack.declared.evaluation import Declared
    from operate.cost.inventory import Inventory

CASES: dict[str, tuple[str, dict[str, str]]] = {
    "dev": ("dev", {}),
    "staging": ("staging", {}),
    "prod": ("prod", {}),
    "always warm": ("dev", {"provisionedConcurrency": "2"}),
    "firewall and logs": ("dev", {"wafRate": "300", "accessLogs": "true", "detailedMetrics": "true"}),
    "batches": ("dev", {"batchConcurrency": "3"}),
    "full monitoring in dev": ("dev", {"monitoring": "full", "encryptTopics": "true"}),
    "watchful": (
        "dev",
        {
            "monitoring": "full",
            "billedDuration": "true",
            "classShareThreshold": "0.2",
            "modelMonitor": "true",
            "clientErrorsBand": "2",
            "noTrafficHours": "3",
            "architecture": "x86_64",
        },
    ),
    "captured": ("dev", {"capture": "true", "captureSampleRate": "0.2", "captureDays": "14"}),
    "shared storage": ("prod", {"sharedStorage": "true"}),
    "served from storage": ("dev", {"sharedStorage": "true", "modelSource": "efs"}),
    "a file system of before": ("dev", {"sharedStorage": "true", "fileSystemId": "fs-0123456789abcdef0"}),
    "console": (
        "dev",
        {
            "console": "true",
            "consoleUsers": "ana@example.com",
            "consoleDomainName": "console.example.com",
            "consoleCertificateArn": (
                "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
            ),
        },
    ),
}

PAID = {
    "apigateway/restApi:RestApi",
    "cloudwatch/compositeAlarm:CompositeAlarm",
    "cloudwatch/dashboard:Dashboard",
    "cloudwatch/logGroup:LogGroup",
    "cloudwatch/logMetricFilter:LogMetricFilter",
    "cloudwatch/metricAlarm:MetricAlarm",
    "ecr/repository:Repository",
    "kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    "kms/key:Key",
    "lambda/function:Function",
    "s3/bucket:Bucket",
    "sfn/stateMachine:StateMachine",
    "ecs/service:Service",
    "efs/backupPolicy:BackupPolicy",
    "efs/fileSystem:FileSystem",
    "lb/loadBalancer:LoadBalancer",
    "secretsmanager/secret:Secret",
    "sns/topic:Topic",
    "wafv2/webAcl:WebAcl",
    "appautoscaling/target:Target",
}
"""Types with a row in the bill."""

FREE = {
    "apigateway/apiKey:ApiKey",
    "apigateway/deployment:Deployment",
    "apigateway/methodSettings:MethodSettings",
    "apigateway/response:Response",
    "apigateway/stage:Stage",
    "cloudwatch/eventRule:EventRule",
    "cloudwatch/eventTarget:EventTarget",
    "apigateway/usagePlan:UsagePlan",
    "apigateway/usagePlanKey:UsagePlanKey",
    "appautoscaling/policy:Policy",
    "appautoscaling/scheduledAction:ScheduledAction",
    "budgets/budget:Budget",
    "cloudwatch/logStream:LogStream",
    "cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
    "cloudwatch/queryDefinition:QueryDefinition",
    "cognito/user:User",
    # For up to 10 000 people (https://aws.amazon.com/cognito/pricing/).
    "cognito/userPool:UserPool",
    "cognito/userPoolClient:UserPoolClient",
    "cognito/userPoolDomain:UserPoolDomain",
    "ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "ec2/internetGateway:InternetGateway",
    "ec2/route:Route",
    "ec2/routeTable:RouteTable",
    "ec2/routeTableAssociation:RouteTableAssociation",
    "ec2/securityGroup:SecurityGroup",
    "ec2/subnet:Subnet",
    "ec2/vpc:Vpc",
    # The gateway endpoint of S3; an interface endpoint would be paid for.
    "ec2/vpcEndpoint:VpcEndpoint",
    "ecr/lifecyclePolicy:LifecyclePolicy",
    "ecr/repositoryPolicy:RepositoryPolicy",
    "ecs/cluster:Cluster",
    "ecs/taskDefinition:TaskDefinition",
    "efs/accessPoint:AccessPoint",
    "efs/fileSystemPolicy:FileSystemPolicy",
    "efs/mountTarget:MountTarget",
    "iam/policy:Policy",
    "iam/role:Role",
    "iam/rolePolicy:RolePolicy",
    "iam/rolePolicyAttachment:RolePolicyAttachment",
    "kms/alias:Alias",
    "lambda/alias:Alias",
    "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    "lambda/permission:Permission",
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "s3/bucketOwnershipControls:BucketOwnershipControls",
    "s3/bucketPolicy:BucketPolicy",
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "s3/bucketVersioning:BucketVersioning",
    "lb/listener:Listener",
    "lb/targetGroup:TargetGroup",
    "secretsmanager/secretVersion:SecretVersion",
    "sns/topicPolicy:TopicPolicy",
    "sns/topicSubscription:TopicSubscription",
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "wafv2/webAclAssociation:WebAclAssociation",
}
"""Types that AWS does not charge for."""


def alarm_metrics(alarm: Any) -> int:  # noqa: ANN401 - the inputs of a resource
    queries = alarm.get("metricQueries")
    if not queries:
        return 1
    band = 2 if "thresholdMetricId" in alarm else 0
    return len([query for query in queries if "metric" in query]) + band


@pytest.mark.parametrize(("stack", "settings"), CASES.values(), ids=CASES)
def test_the_inventory_is_what_the_program_declares(
    stack: str, settings: dict[str, str], project: Path, bundle_path: Path
) -> None:
    overrides = {f"inference:{key}": value for key, value in settings.items()}
    declared = declare(stack, overrides, bundle=bundle_path)
    found = inventory_of(*read_stack(stack, overrides, project))
    function = declared.one("lambda/function:Function", "function-function").inputs
    monitors = declared.all("lambda/function:Function", "monitor-function")

    assert found.architecture == function["architectures"][0]
    assert found.memory_mb == function["memorySize"]
    assert found.tracing == (function["tracingConfig"]["mode"] == "Active")
    assert found.access_logs == bool(declared.all("LogGroup", "access-logs"))
    assert found.web_acl_rules == sum(len(acl.inputs["rules"]) for acl in declared.all("WebAcl"))
    assert found.alarm_metrics == sum(alarm_metrics(alarm.inputs) for alarm in declared.all("MetricAlarm"))
    assert found.composite_alarms == len(declared.all("CompositeAlarm"))
    in_log = {each.inputs["metricTransformation"]["name"] for each in declared.all("LogMetricFilter")}
    classes = json.loads(function["environment"]["variables"].get(environment.CLASS_METRICS, "[]"))
    drift = len(telemetry.DRIFT_METRICS) * len(monitors)
    assert found.further_metrics == len(in_log - {metric.name for metric in telemetry.CATALOGUE}) + len(classes) + drift
    assert found.catalogue_metrics == len(_catalogue(declared))
    assert (found.monitor_runs, found.log_readings) == ((120, 8) if monitors else (0, 0)), "5 variables, 4 times a day"
    assert found.dashboards == len(declared.all("cloudwatch/dashboard:Dashboard"))
    assert found.keys == len(declared.all("kms/key:Key"))
    assert bool(found.captured_share) == bool(declared.all("FirehoseDeliveryStream"))
    assert found.detailed_metrics == _detailed(declared)
    machines = [json.loads(each.inputs["definition"]) for each in declared.all("StateMachine")]
    sizes = [each["States"]["ScoreCsv"]["ItemBatcher"]["MaxItemsPerBatch"] for each in machines]
    assert found.lines_of_batch == (sizes[0] if sizes else 0)
    _options_are_as_declared(found, declared)
    assert bool(found.warm_s) == bool(declared.all("appautoscaling/target:Target"))
    assert {
        each.type.removeprefix("aws:") for each in declared.resources if each.type.startswith("aws:")
    } <= PAID | FREE


def _catalogue(declared: Declared) -> set[str]:
    """Return the metrics of the catalogue that the declared stack has, but for those of a failure."""
    always = {metric.name for metric in telemetry.CATALOGUE if not metric.condition}
    emitted = {metric.name for metric in telemetry.CATALOGUE if metric.source == telemetry.EMF}
    variables = declared.one("lambda/function:Function", "function-function").inputs["environment"]["variables"]
    if environment.METRICS in variables:
        emitted = set(json.loads(variables[environment.METRICS]))
    return (
        {each.inputs["metricTransformation"]["name"] for each in declared.all("LogMetricFilter")} | emitted
    ) & always


def test_dev_costs_little_more_than_the_reference_system(project: Path) -> None:
    timing = Timing(request_ms=30, start_ms=100, memory_mb=50, source="a test")
    dev = inventory_of(*read_stack("dev", directory=project))
    prices = price_list("eu-central-1")
    used, idle = (bill(dev, Usage(requests=requests, timing=timing), prices) for requests in (200_000, 0))

    assert used.listed <= 6.00
    assert used.after_free <= 0.90
    assert idle.after_free <= 0.15


def test_the_outliers_of_a_detector_are_a_metric(detector: Contract, regressor: Contract, project: Path) -> None:
    def inventory(contract: Contract) -> Inventory:
        settings, region = read_stack("prod", directory=project)
        return inventory_of(replace(settings, contract=contract), region)

    assert inventory(detector).further_metrics == inventory(regressor).further_metrics + 1
    # Neither has probabilities.
    assert inventory(detector).catalogue_metrics == inventory(regressor).catalogue_metrics == 9


def _options_are_as_declared(found: Inventory, declared: Declared) -> None:
    assert found.file_systems == len(declared.all("efs/fileSystem:FileSystem"))
    policies = [each.inputs["backupPolicy"]["status"] for each in declared.all("BackupPolicy")]
    assert found.backups == policies.count("ENABLED")
    function = declared.one("lambda/function:Function", "function-function").inputs
    assert found.reads_storage == ("fileSystemConfig" in function)
    services = declared.all("ecs/service:Service")
    assert found.consoles == len(services) == len(declared.all("LoadBalancer")) == len(declared.all("Secret"))
    subnets = [each for balancer in declared.all("LoadBalancer") for each in balancer.inputs["subnets"]]
    with_address = [each for each in services if each.inputs["networkConfiguration"]["assignPublicIp"]]
    assert found.public_addresses == len(subnets) + sum(each.inputs["desiredCount"] for each in with_address)
    assert all(each.inputs["vpcEndpointType"] == "Gateway" for each in declared.all("VpcEndpoint"))


def _detailed(declared: Declared) -> bool:
    return any(each.inputs["settings"].get("metricsEnabled") for each in declared.all("MethodSettings"))


def test_warm_hours_are_those_of_the_schedule(project: Path) -> None:
    def warm_s(**settings: str) -> float:
        overrides = {f"inference:{key}": value for key, value in settings.items()}
        return inventory_of(*read_stack("dev", overrides, project)).warm_s

    assert warm_s(provisionedSchedule="2 = 0 6 * * ? *; 0 = 30 9 * * ? *") == 2 * 3.5 * 3600 * 30
    assert warm_s(provisionedConcurrency="1") == 30 * 86_400
    assert warm_s() == 0


def test_a_schedule_of_single_days_is_not_reckoned_wrongly(project: Path) -> None:
    overrides = {"inference:provisionedSchedule": "2 = 0 6 ? * MON *; 0 = 30 9 * * ? *"}
    with pytest.raises(
        ScheduleError, match=r"0 6 \? \* MON \* cannot be calculated; expected times that repeat every day"
    ):
        inventory_of(*read_stack("dev", overrides, project))
