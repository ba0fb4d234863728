"""What AWS refuses: names that are taken, and the deletion of what something still uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UNIQUE: dict[str, tuple[str, ...]] = {
    "apigateway/basePathMapping": ("domainName", "basePath"),
    "apigateway/domainName": ("domainName",),
    "apigateway/stage": ("restApi", "stageName"),
    "appautoscaling/policy": ("resourceId", "name"),
    "appautoscaling/scheduledAction": ("resourceId", "name"),
    "appautoscaling/target": ("resourceId", "scalableDimension"),
    "budgets/budget": ("name",),
    "chatbot/slackChannelConfiguration": ("configurationName",),
    "cloudwatch/compositeAlarm": ("alarmName",),
    "cloudwatch/dashboard": ("dashboardName",),
    "cloudwatch/eventRule": ("name",),
    "cloudwatch/eventTarget": ("rule", "targetId"),
    "cloudwatch/logGroup": ("name",),
    "cloudwatch/logMetricFilter": ("logGroupName", "name"),
    "cloudwatch/logSubscriptionFilter": ("logGroup", "name"),
    "cloudwatch/metricAlarm": ("name",),
    "cloudwatch/queryDefinition": ("name",),
    "ec2/securityGroup": ("vpcId", "name"),
    "ecr/repository": ("name",),
    "ecs/cluster": ("name",),
    "ecs/service": ("cluster", "name"),
    "iam/openIdConnectProvider": ("url",),
    "iam/policy": ("name",),
    "iam/role": ("name",),
    "iam/rolePolicy": ("role", "name"),
    "kinesis/firehoseDeliveryStream": ("name",),
    "kms/alias": ("name",),
    "lambda/alias": ("functionName", "name"),
    "lambda/function": ("name",),
    "lambda/permission": ("function", "statementId"),
    "lb/loadBalancer": ("name",),
    "lb/targetGroup": ("name",),
    "s3/bucket": ("bucket",),
    "secretsmanager/secret": ("name",),
    "sfn/stateMachine": ("name",),
    "sns/topic": ("name",),
    "wafv2/webAcl": ("name",),
}
"""The properties that an account has once in a region, by type; what is not here may share its name."""

USERS: dict[str, tuple[str, ...]] = {
    "apigateway/deployment": ("apigateway/stage",),
    "apigateway/restApi": ("apigateway/basePathMapping", "apigateway/usagePlan"),
    "cloudwatch/eventRule": ("cloudwatch/eventTarget",),
    "cloudwatch/logGroup": ("lambda/function", "apigateway/stage"),
    "cognito/userPool": ("cognito/userPoolDomain",),
    "ec2/routeTable": ("ec2/routeTableAssociation",),
    "ec2/securityGroup": (
        "ec2/vpcEndpoint",
        "ecs/service",
        "efs/mountTarget",
        "lambda/function",
        "lb/loadBalancer",
        "vpc/securityGroupEgressRule",
        "vpc/securityGroupIngressRule",
    ),
    "ec2/subnet": ("ec2/vpcEndpoint", "ecs/service", "efs/mountTarget", "lambda/function", "lb/loadBalancer"),
    "ec2/vpc": ("ec2/routeTable", "ec2/securityGroup", "ec2/subnet", "ec2/vpcEndpoint", "lb/targetGroup"),
    "ecs/cluster": ("ecs/service",),
    "efs/fileSystem": ("efs/mountTarget",),
    "iam/policy": ("iam/role", "iam/rolePolicyAttachment"),
    "iam/role": ("iam/rolePolicy", "iam/rolePolicyAttachment"),
    "lb/targetGroup": ("ecs/service", "lb/listener", "lb/listenerRule"),
    "wafv2/webAcl": ("wafv2/webAclAssociation",),
}
"""The types whose reference to a resource keeps AWS from deleting it."""

_PROTECTED = {"deletionProtectionEnabled": True, "enableDeletionProtection": True, "deletionProtection": "ACTIVE"}


def kind(type_: str) -> str:
    """Return the type without its provider and its class: ``lambda/function`` of ``aws:lambda/function:Function``."""
    return type_.split(":")[1]


def identity(type_: str, inputs: Mapping[str, Any]) -> tuple[object, ...] | None:
    """Return what an account holds once, or None for a type whose names need not differ."""
    properties = UNIQUE.get(kind(type_))
    return (kind(type_), *(inputs.get(name) for name in properties)) if properties else None


def texts(value: object) -> Iterator[str]:
    """Yield every text inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from texts(member)


def is_protected(inputs: Mapping[str, Any]) -> bool:
    """Return whether AWS itself refuses to delete it."""
    return any(inputs.get(name) == value for name, value in _PROTECTED.items())
