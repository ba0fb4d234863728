"""The calls that the provider makes, from its log, and the rights that AWS asks for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\dT\S+ \[[A-Z]+\])", re.MULTILINE)
_SERVICE = re.compile(r'rpc\.service=(?:"([^"]+)"|(\w+))')
_METHOD = re.compile(r"rpc\.method=(\w+)")
_SENT = "HTTP Request Sent"

# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_PREFIXES = {
    "Application Auto Scaling": "application-autoscaling",
    "CloudWatch Logs": "logs",
    "Cognito Identity Provider": "cognito-idp",
    "EFS": "elasticfilesystem",
    "Elastic Load Balancing v2": "elasticloadbalancing",
    "EventBridge": "events",
    "SFN": "states",
    "Secrets Manager": "secretsmanager",
}
"""Where it is not the name of the service in small letters."""
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html, where the right is not named as
# the call is.
_S3 = {
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjectsV2": "ListBucket",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html: the verb.
_GATEWAY = {"Get": "GET", "Create": "POST", "Update": "PATCH", "Delete": "DELETE", "Put": "PUT", "Tag": "PUT"}
_FREE = {"STS"}
"""Everybody may ask who they are."""


class Call(NamedTuple):
    """One call of a service of AWS."""

    service: str
    method: str

    @property
    def action(self) -> str:
        """The right that it asks for."""
        if self.service == "API Gateway":
            return f"apigateway:{_GATEWAY[re.findall('[A-Z][a-z]+', self.method)[0]]}"
        if self.service == "S3":
            return f"s3:{_S3.get(self.method, self.method)}"
        return f"{_PREFIXES.get(self.service, self.service.lower())}:{self.method}"


def calls_of(log: Path) -> set[Call]:
    """Return the calls that a log of the provider tells of."""
    found = set()
    for record in _RECORD.split(log.read_text(encoding="utf-8", errors="replace")):
        service, method = _SERVICE.search(record), _METHOD.search(record)
        if _SENT in record and service and method:
            found.add(Call(service[1] or service[2], method[1]))
    return {call for call in found if call.service not in _FREE}
