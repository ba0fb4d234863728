"""The properties that AWS would compute for a declared resource, in AWS's format and equal in every run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACCOUNT_ID = "123456789012"


def _hexadecimal(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


@dataclass(frozen=True, kw_only=True)
class _New:
    """A resource whose computed properties are needed."""

    id: str
    name: str
    inputs: Mapping[str, Any]
    region: str

    def arn(self, service: str, path: str) -> str:
        return f"arn:aws:{service}:{self.region}:{ACCOUNT_ID}:{path}"


def _repository(new: _New) -> dict[str, str]:
    url = f"{ACCOUNT_ID}.dkr.ecr.{new.region}.amazonaws.com/{new.name}"
    return {"arn": new.arn("ecr", f"repository/{new.name}"), "registryId": ACCOUNT_ID, "repositoryUrl": url}


def _image(new: _New) -> dict[str, str]:
    repository = new.inputs["imageName"].rpartition(":")[0]
    return {"repoDigest": f"{repository}@sha256:{_hexadecimal(json.dumps(new.inputs['build'], sort_keys=True), 64)}"}


def _alias(new: _New) -> dict[str, str]:
    arn = new.arn("lambda", f"function:{new.inputs['functionName']}:{new.name}")
    call = f"arn:aws:apigateway:{new.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return {"arn": arn, "invokeArn": call}


def _stage(new: _New) -> dict[str, str]:
    api, stage = new.inputs["restApi"], new.inputs["stageName"]
    return {
        "invokeUrl": f"https://{api}.execute-api.{new.region}.amazonaws.com/{stage}",
        "arn": f"arn:aws:apigateway:{new.region}::/restapis/{api}/stages/{stage}",
    }


_COMPUTED: dict[str, Callable[[_New], dict[str, str]]] = {
    "aws:apigateway/apiKey:ApiKey": lambda new: {"value": _hexadecimal(f"key of {new.name}", 40)},
    "aws:apigateway/domainName:DomainName": lambda new: {
        "regionalDomainName": f"d-{new.id}.execute-api.{new.region}.amazonaws.com"
    },
    "aws:apigateway/restApi:RestApi": lambda new: {"executionArn": new.arn("execute-api", new.id)},
    "aws:apigateway/stage:Stage": _stage,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": lambda new: {
        "arn": new.arn("cloudwatch", f"alarm:{new.inputs['alarmName']}")
    },
    "aws:cloudwatch/eventRule:EventRule": lambda new: {"arn": new.arn("events", f"rule/{new.name}")},
    "aws:cloudwatch/logGroup:LogGroup": lambda new: {"arn": new.arn("logs", f"log-group:{new.name}")},
    "aws:cloudwatch/metricAlarm:MetricAlarm": lambda new: {"arn": new.arn("cloudwatch", f"alarm:{new.name}")},
    "aws:cognito/userPool:UserPool": lambda new: {"arn": new.arn("cognito-idp", f"userpool/{new.id}")},
    "aws:ecr/repository:Repository": _repository,
    "aws:ecs/cluster:Cluster": lambda new: {"arn": new.arn("ecs", f"cluster/{new.name}")},
    "aws:ecs/taskDefinition:TaskDefinition": lambda new: {
        "arn": new.arn("ecs", f"task-definition/{new.inputs['family']}:1")
    },
    "aws:lb/loadBalancer:LoadBalancer": lambda new: {
        "arn": new.arn("elasticloadbalancing", f"loadbalancer/app/{new.name}/{new.id}"),
        "dnsName": f"{new.name}-{new.id}.{new.region}.elb.amazonaws.com",
    },
    "aws:lb/targetGroup:TargetGroup": lambda new: {
        "arn": new.arn("elasticloadbalancing", f"targetgroup/{new.name}/{new.id}")
    },
    "aws:secretsmanager/secret:Secret": lambda new: {"arn": new.arn("secretsmanager", f"secret:{new.name}-{new.id}")},
    "aws:secretsmanager/secretVersion:SecretVersion": lambda new: {"versionId": new.id},
    "aws:efs/accessPoint:AccessPoint": lambda new: {"arn": new.arn("elasticfilesystem", f"access-point/fsap-{new.id}")},
    "aws:efs/fileSystem:FileSystem": lambda new: {"arn": new.arn("elasticfilesystem", f"file-system/{new.id}")},
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": lambda new: {
        "arn": f"arn:aws:iam::{ACCOUNT_ID}:oidc-provider/{new.inputs['url'].removeprefix('https://')}"
    },
    "aws:iam/policy:Policy": lambda new: {"arn": f"arn:aws:iam::{ACCOUNT_ID}:policy/{new.name}"},
    "aws:iam/role:Role": lambda new: {"arn": f"arn:aws:iam::{ACCOUNT_ID}:role/{new.name}"},
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": lambda new: {
        "arn": new.arn("firehose", f"deliverystream/{new.name}")
    },
    "aws:kms/key:Key": lambda new: {"keyId": new.id, "arn": new.arn("kms", f"key/{new.id}")},
    "aws:lambda/alias:Alias": _alias,
    "aws:lambda/function:Function": lambda new: {
        "arn": new.arn("lambda", f"function:{new.name}"),
        "version": "1",
        "lastModified": "2026-01-01T00:00:00.000+0000",
    },
    "aws:s3/bucket:Bucket": lambda new: {"arn": f"arn:aws:s3:::{new.inputs['bucket']}"},
    "aws:sfn/stateMachine:StateMachine": lambda new: {"arn": new.arn("states", f"stateMachine:{new.name}")},
    "aws:sns/topic:Topic": lambda new: {"arn": new.arn("sns", new.name)},
    "aws:wafv2/webAcl:WebAcl": lambda new: {"arn": new.arn("wafv2", f"regional/webacl/{new.name}/{new.id}")},
    "docker:index/image:Image": _image,
}
"""The properties that AWS computes for a resource, by type, in AWS's format."""


def computed_values(type_: str, name: str, inputs: Mapping[str, Any], region: str) -> dict[str, str]:
    """Return the computed properties of a resource, its id among them.

    Parameters
    ----------
    type_, name : str
        Pulumi's token and name of the resource.
    inputs : dict
        Its resolved properties.
    region : str
        Where it is declared.
    """
    id_ = _hexadecimal(f"{type_} {name}", 10)
    new = _New(id=id_, name=inputs.get("name", name), inputs=inputs, region=region)
    compute = _COMPUTED.get(type_)
    return {"id": id_, **(compute(new) if compute else {})}


def _subnet(id_: str, region: str) -> dict[str, str]:
    """Return a subnet: its last digit determines its zone, and the digit before it its VPC."""
    if id_ == "subnet-00000000":
        raise LookupError("no matching EC2 Subnet found")
    zone = "ab"[int(id_[-1], 16) % 2]
    return {"id": id_, "availabilityZone": f"{region}{zone}", "vpcId": f"vpc-{id_[-17:-1]}0"}


def call_result(token: str, arguments: Mapping[str, Any], region: str) -> dict[str, Any]:
    """Return the result of a call of the provider, such as the account that runs the program.

    Raises
    ------
    LookupError
        There is no such object.
    """
    if token == "aws:ec2/getSubnet:getSubnet":  # noqa: S105 - Pulumi's name of a call
        return _subnet(arguments["id"], region)
    zones = [f"{region}{letter}" for letter in "abc"]
    answers: dict[str, dict[str, Any]] = {
        "aws:index/getAvailabilityZones:getAvailabilityZones": {"names": zones},
        "aws:ecr/getAuthorizationToken:getAuthorizationToken": {"userName": "AWS", "password": "valid-for-12-hours"},
        "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT_ID},
        "aws:index/getRegion:getRegion": {"region": region},
    }
    return answers[token]
