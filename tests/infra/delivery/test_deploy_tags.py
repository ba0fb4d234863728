"""What AWS names is told apart by its tags: what a deployment may change, and what it may never make its own."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

import pytest

from infra.delivery.deploy import deploy_policies
from infra.naming import Names

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = Names(stack="dev", model="", account_id="123456789012", region="eu-central-1")
_GROUP = "arn:aws:ec2:eu-central-1:123456789012:security-group/sg-0123456789abcdef0"
_RULE = "arn:aws:ec2:eu-central-1:123456789012:security-group-rule/sgr-0123456789abcdef0"
_KEY = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
_FILES = "arn:aws:elasticfilesystem:eu-central-1:123456789012:file-system/fs-0123456789abcdef0"


def tagged(where: str, stack: str) -> dict[str, str]:
    return {f"aws:{where}Tag/stack": stack, f"aws:{where}Tag/project": "inference"}


def is_allowed(action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether the deployment of dev may do something, with the conditions StringEquals and Null."""

    def listed(value: Any) -> list[str]:  # noqa: ANN401 - of a policy
        return value if isinstance(value, list) else [value]

    def holds(condition: dict[str, dict[str, Any]]) -> bool:
        assert condition.keys() <= {"StringEquals", "Null"}
        equal = all(context.get(key) in listed(value) for key, value in condition.get("StringEquals", {}).items())
        return equal and all(
            (key not in context) == (value == "true") for key, value in condition.get("Null", {}).items()
        )

    statements: list[Any] = [
        each
        for document in deploy_policies(_NAMES, "arn:aws:iam::123456789012:policy/boundary").values()
        for each in listed(document["Statement"])
    ]
    return any(
        any(fnmatch.fnmatchcase(action, pattern) for pattern in listed(each["Action"]))
        and any(fnmatch.fnmatchcase(resource, pattern) for pattern in listed(each["Resource"]))
        and holds(each.get("Condition", {}))
        for each in statements
        if each["Effect"] == "Allow"
    )


@pytest.mark.parametrize(
    ("action", "resource", "made_by"),
    [
        ("ec2:CreateTags", _GROUP, {"ec2:CreateAction": "CreateSecurityGroup"}),
        ("ec2:CreateTags", _RULE, {"ec2:CreateAction": "AuthorizeSecurityGroupIngress"}),
        ("elasticfilesystem:TagResource", _FILES, {"elasticfilesystem:CreateAction": "CreateFileSystem"}),
        ("kms:TagResource", _KEY, {}),
    ],
)
def test_what_is_made_gets_the_tags_of_the_stack(action: str, resource: str, made_by: dict[str, str]) -> None:
    assert is_allowed(action, resource, {**tagged("Request", "dev"), **made_by})
    assert not is_allowed(action, resource, {**tagged("Request", "prod"), **made_by})


@pytest.mark.parametrize(
    ("action", "resource"),
    [("ec2:CreateTags", _GROUP), ("elasticfilesystem:TagResource", _FILES), ("kms:TagResource", _KEY)],
)
def test_what_stands_is_tagged_by_its_own_stack_only(action: str, resource: str) -> None:
    assert is_allowed(action, resource, {**tagged("Request", "dev"), **tagged("Resource", "dev")})
    assert not is_allowed(action, resource, {**tagged("Request", "dev"), **tagged("Resource", "prod")})


@pytest.mark.parametrize(
    ("action", "resource"), [("ec2:CreateTags", _GROUP), ("elasticfilesystem:TagResource", _FILES)]
)
def test_what_bears_no_tag_is_not_taken(action: str, resource: str) -> None:
    assert not is_allowed(action, resource, tagged("Request", "dev"))


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ec2:AuthorizeSecurityGroupIngress", _GROUP),
        ("ec2:AuthorizeSecurityGroupEgress", _GROUP),
        ("ec2:ModifySecurityGroupRules", _GROUP),
        ("elasticfilesystem:CreateMountTarget", _FILES),
        ("elasticfilesystem:CreateAccessPoint", _FILES),
        ("kms:PutKeyPolicy", _KEY),
    ],
)
def test_what_bears_the_tags_of_the_stack_is_changed_and_nothing_else(action: str, resource: str) -> None:
    assert is_allowed(action, resource, tagged("Resource", "dev"))
    assert not is_allowed(action, resource, tagged("Resource", "prod"))
    assert not is_allowed(action, resource, {})


def test_the_default_group_of_a_new_vpc_is_emptied_and_no_group_of_another_stack() -> None:
    for action in ("ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"):
        assert is_allowed(action, _GROUP, {})
        assert not is_allowed(action, _GROUP, tagged("Resource", "prod"))
