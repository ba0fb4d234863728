"""A setting whose change replaces resources with fixed names: the order works, and nothing is lost silently."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.engine.cloud.refusals import kind
from tests.engine.settings import CERTIFICATE, EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from tests.engine.stack import Engine

KEPT = {
    "apigateway/apiKey",
    "apigateway/restApi",
    "apigateway/stage",
    "apigateway/usagePlan",
    "cloudwatch/logGroup",
    "cognito/userPool",
    "ecr/repository",
    "efs/fileSystem",
    "kms/key",
    "s3/bucket",
    "sns/topic",
    "sns/topicSubscription",
}
"""What holds keys, logs, images, files, users and receivers, or has an address that callers use."""
_DOMAIN = {"domainName": "a.example.com", "certificateArn": CERTIFICATE}
_CONSOLE = {"console": "true", "consoleNetworks": "203.0.113.0/24"}
_SIGN_IN = {
    **_CONSOLE,
    "consoleDomainName": "console.example.com",
    "consoleCertificateArn": CERTIFICATE,
    "consoleUsers": "a@example.com",
}
_SUBNETS = [{"subnetIds": f"subnet-0123456789abcdef{one},subnet-0123456789abcdef{one + 1}"} for one in (0, 2)]
_MOVED = {"efs/mountTarget"}
_MOVED_FAR = {
    *_MOVED,
    "ec2/securityGroup",
    "vpc/securityGroupEgressRule",
    "vpc/securityGroupIngressRule",
}


class Change(NamedTuple):
    """Settings before and after, and the types that are replaced."""

    before: dict[str, str]
    after: dict[str, str]
    replaced: AbstractSet[str]


CHANGES = {
    "domain name": Change(
        _DOMAIN, {"domainName": "b.example.com"}, {"apigateway/domainName", "apigateway/basePathMapping"}
    ),
    "form of the API": Change({}, {"corsAllowOrigin": "https://example.com"}, {"apigateway/deployment"}),
    "architecture of the console": Change(_CONSOLE, {"architecture": "x86_64"}, {"ecs/taskDefinition"}),
    "address of the console": Change(_SIGN_IN, {"consoleDomainName": "other.example.com"}, set()),
    "own network of the storage": Change({"sharedStorage": "true"}, _SUBNETS[0], _MOVED_FAR),
    "subnets of the storage": Change({"sharedStorage": "true", **_SUBNETS[0]}, _SUBNETS[1], _MOVED),
}


def _full(settings: dict[str, str]) -> dict[str, str]:
    return {f"inference:{key}": value for key, value in settings.items()}


def _replaced(engine: Engine) -> set[str]:
    """Return the types of what was deleted and created under one name."""
    created, deleted = (
        {(type_, name) for done, type_, name in engine.account.calls if done == call} for call in ("create", "delete")
    )
    return {type_ for type_, _ in created & deleted}


def _kept(engine: Engine) -> set[str]:
    return {held.id for held in engine.account.held.values() if kind(held.type) in KEPT}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_setting_replaces_what_it_must_and_keeps_what_cannot_be_had_back(change: Change, engine: Engine) -> None:
    stack = engine.stack("dev", _full(change.before))
    stack.up()
    before = _kept(engine)
    engine.account.calls.clear()

    stack.configured(_full(change.after)).up()

    assert _replaced(engine) == change.replaced
    assert before <= _kept(engine)
    assert stack.up().keys() == {"same"}
    stack.destroy()


ALL_AT_ONCE = {
    "batchConcurrency": "2",
    "budgetUsd": "50",
    "captureDays": "60",
    "captureSampleRate": "0.5",
    "corsAllowOrigin": "https://example.com",
    "dashboard": "essential",
    "detailedMetrics": "true",
    "ephemeralStorageMb": "1024",
    "logLevel": "DEBUG",
    "logRetentionDays": "30",
    "modelStoreDays": "30",
    "monitorWindowHours": "48",
    "permissionsBoundary": "arn:aws:iam::123456789012:policy/inference-bootstrap-boundary",
    "provisionedConcurrency": "2",
    "quotaPerDay": "50",
    "reservedConcurrency": "7",
    "runbookUrl": "https://example.com/runbook",
    "slackChannelId": "C0123ABCE",
    "slackTeamId": "T0123ABCE",
    "throttleRate": "7",
    "timeZone": "UTC",
    "timeoutS": "20",
    "unknownFeatures": "ignore",
    "wafRate": "1000",
}
"""Other values for what every option declares; none of them is a name."""


def test_other_values_of_everything_replace_the_deployment_of_the_api_alone(engine: Engine) -> None:
    stack = engine.stack("dev", EVERYTHING)
    stack.up()
    before = _kept(engine)
    engine.account.calls.clear()

    stack.configured(_full(ALL_AT_ONCE)).up()

    assert _replaced(engine) == {"apigateway/deployment"}
    assert before <= _kept(engine)
    assert stack.up().keys() == {"same"}
