"""Which changes replace a resource, and in which order: as pulumi-aws, which follows Terraform's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.engine.cloud.refusals import UNIQUE, kind

if TYPE_CHECKING:
    from collections.abc import Mapping

REPLACED_BY: dict[str, tuple[str, ...]] = {
    "apigateway/apiKey": ("value",),
    "apigateway/basePathMapping": (),
    "apigateway/deployment": ("restApi", "description", "triggers"),
    "apigateway/domainName": ("domainName",),
    "apigateway/methodSettings": ("restApi", "stageName", "methodPath"),
    "apigateway/usagePlanKey": ("keyId", "keyType", "usagePlanId"),
    "appautoscaling/target": ("resourceId", "scalableDimension", "serviceNamespace"),
    "cloudwatch/logGroup": ("name", "logGroupClass"),
    "cognito/userPool": ("usernameAttributes", "aliasAttributes"),
    "cognito/userPoolClient": ("userPoolId", "generateSecret"),
    "ec2/securityGroup": ("name", "description", "vpcId"),
    "ec2/subnet": ("vpcId", "cidrBlock", "availabilityZone"),
    "ec2/vpc": ("cidrBlock",),
    "ecr/lifecyclePolicy": ("repository",),
    "ecr/repository": ("name", "encryptionConfigurations"),
    "ecs/taskDefinition": (
        "family",
        "containerDefinitions",
        "cpu",
        "memory",
        "taskRoleArn",
        "executionRoleArn",
        "runtimePlatform",
        "networkMode",
    ),
    "efs/accessPoint": ("fileSystemId", "posixUser", "rootDirectory"),
    "efs/fileSystem": ("encrypted", "kmsKeyId", "performanceMode", "creationToken"),
    "efs/mountTarget": ("fileSystemId", "subnetId", "ipAddress"),
    "lambda/function": ("name", "packageType"),
    "lambda/permission": ("function", "action", "principal", "sourceArn", "statementId", "qualifier"),
    "lb/loadBalancer": ("name", "internal", "loadBalancerType"),
    "lb/targetGroup": ("name", "port", "protocol", "vpcId", "targetType"),
    "sns/topicSubscription": ("topic", "protocol", "endpoint"),
    "vpc/securityGroupEgressRule": ("securityGroupId",),
    "vpc/securityGroupIngressRule": ("securityGroupId",),
    "wafv2/webAclAssociation": ("resourceArn", "webAclArn"),
}
"""The properties whose change replaces a resource, where they are more than those of its identity."""

AUTONAMED = {"name": "name", "s3/bucket": "bucket"}
"""The property that Pulumi would name: with a fixed name, the old resource is deleted before the new one is created."""


def replacing(type_: str, changed: Mapping[str, Any]) -> list[str]:
    """Return the changed properties that replace a resource."""
    own = kind(type_)
    properties = REPLACED_BY.get(own) or UNIQUE.get(own, ())
    return [name for name in changed if name in properties]


def deletes_first(type_: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether the old resource goes before the new one comes.

    References
    ----------
    .. [1] nameRequiresDeleteBeforeReplace in pulumi-terraform-bridge, pkg/tfbridge/provider.go
    """
    name = AUTONAMED.get(kind(type_), AUTONAMED["name"])
    return name in news and olds.get(name) == news[name]
