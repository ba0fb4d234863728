"""The page of what a protected stack keeps: ``python -m local_stack.declared.kept > docs/kept.md``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from local_stack.declared.recorder import Resource

STACK = "prod"
_CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
OPTIONS = {
    "inference:deletionProtection": "true",
    "inference:forceDelete": "false",
    "inference:accessLogs": "true",
    "inference:apiKeys": "caller",
    "inference:batchConcurrency": "1",
    "inference:certificateArn": _CERTIFICATE,
    "inference:console": "true",
    "inference:consoleCertificateArn": _CERTIFICATE,
    "inference:consoleDomainName": "console.example.com",
    "inference:consoleUsers": "user@example.com",
    "inference:domainName": "predict.example.com",
    "inference:infoEmails": "info@example.com",
    "inference:modelMonitor": "true",
    "inference:pageEmails": "page@example.com",
    "inference:sharedStorage": "true",
}
"""Every option that brings something which is kept."""

REASONS = {
    "apigateway/apiKey:ApiKey": "AWS makes the value; callers would need another key",
    "apigateway/basePathMapping:BasePathMapping": "callers know the domain name",
    "apigateway/domainName:DomainName": "a new one has another target, and the DNS points to the old one",
    "apigateway/restApi:RestApi": "a new one has another address, which callers know",
    "apigateway/stage:Stage": "it is part of the address; without it callers are refused",
    "apigateway/usagePlan:UsagePlan": "the keys are valid through it, and it counts the quotas",
    "cloudwatch/logGroup:LogGroup": "the records are gone for good",
    "cognito/userPool:UserPool": "users would have to be invited again",
    "ecr/repository:Repository": "rolling back needs the earlier images",
    "efs/fileSystem:FileSystem": "it holds the models",
    "kms/key:Key": "what it encrypted cannot be read without it",
    "lb/loadBalancer:LoadBalancer": "a new one has another address, and the DNS points to the old one",
    "sns/topicSubscription:TopicSubscription": "each receiver confirmed it, and would have to confirm another",
}
"""Why it is kept, by type."""

INTRODUCTION = """\
# What a protected stack keeps

For platform engineers. With `inference:deletionProtection`, which prod has, Pulumi refuses to delete or replace these
resources, as far as a stack has them. `make destroy` previews first and deletes nothing while one of them is protected.
[deploy.md](deploy.md) describes how to remove the protection.

This page is made from the declared resources by `python -m local_stack.declared.kept > docs/kept.md`.

| resource | type | why it is kept |
|---|---|---|
"""
BELOW = """
To remove one of them and keep the others, such as the key of a caller who leaves, remove its protection alone:
`pulumi state unprotect URN --stack prod`, where `pulumi stack --show-urns --stack prod` lists the URNs. Then change the
setting and run `make up STACK=prod`.
"""


def protected(resources: Iterable[Resource]) -> list[Resource]:
    """Return the resources that Pulumi refuses to delete, by type and name."""
    return sorted((each for each in resources if each.protect), key=lambda each: (each.type, each.name))


def kept_page(bundle: Path | None = None) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    bundle : Path, optional
        Any bundle: the page does not depend on the model; by default that of the stack.
    """
    rows = [
        f"| `{each.name}` | `{_kind(each)}` | {REASONS[_kind(each)]} |"
        for each in protected(declare(STACK, OPTIONS, bundle=bundle).resources)
    ]
    return INTRODUCTION + "\n".join(rows) + "\n" + BELOW


def _kind(resource: Resource) -> str:
    return resource.type.partition(":")[2]


if __name__ == "__main__":
    sys.stdout.write(kept_page())
