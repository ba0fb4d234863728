"""The roles of the delivery: who takes them, what they may do, and what they may not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local_stack.declared import recorder as recording
from local_stack.declared.aws_values import call_result
from local_stack.declared.evaluation import Declared, declare, declare_bootstrap
from tests.infra.delivery.rights import CONFIG, ROLES, documents, is_allowed, managed, statements
from tests.program import FULL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MOST_OF_A_ROLE = 10_240
MOST_OF_A_MANAGED_POLICY = 6_144
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

MOST_ATTACHED = 10
"""Managed policies of a role, by default: the same page."""


def test_each_role_is_for_one_kind_of_run_of_one_repository(bootstrap: Declared) -> None:
    subjects = {}
    for role in bootstrap.all("iam/role:Role"):
        (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        condition = statement["Condition"]["StringEquals"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert statement["Principal"] == {
            "Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
        }
        assert condition["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
        subjects[role.inputs["name"]] = condition["token.actions.githubusercontent.com:sub"]

    assert subjects == {
        "inference-bootstrap-preview-role": "repo:octo-org/sleep:pull_request",
        "inference-bootstrap-models-role": "repo:octo-org/sleep:ref:refs/heads/main",
        **{f"inference-bootstrap-{each}-role": f"repo:octo-org/sleep:environment:{each}" for each in ROLES[2:]},
    }
    assert not any("*" in subject for subject in subjects.values())


@pytest.mark.parametrize("role", ROLES)
def test_no_role_may_do_everything_or_is_longer_than_aws_takes(bootstrap: Declared, role: str) -> None:
    found = statements(bootstrap, role)

    assert "*" not in [action for each in found for action in [each["Action"]]]
    assert not [each["Sid"] for each in found if str(each["Action"]).endswith(":*") and each["Resource"] == "*"]
    attached = [len(json.dumps(document, separators=(",", ":"))) for document in managed(bootstrap, role).values()]
    every = [len(json.dumps(document, separators=(",", ":"))) for document in documents(bootstrap, role)]
    assert sum(every) - sum(attached) < MOST_OF_A_ROLE
    assert max(attached, default=0) <= MOST_OF_A_MANAGED_POLICY
    assert len(attached) <= MOST_ATTACHED


def test_a_deployment_reaches_its_own_stack_only(bootstrap: Declared) -> None:
    own, other = (
        f"arn:aws:lambda:eu-central-1:123456789012:function:inference-{each}-predict" for each in ("dev", "prod")
    )

    assert is_allowed(bootstrap, "dev", "lambda:UpdateFunctionCode", own)
    assert not is_allowed(bootstrap, "dev", "lambda:UpdateFunctionCode", other)
    assert not is_allowed(bootstrap, "dev", "iam:CreateUser", "arn:aws:iam::123456789012:user/x")
    assert not is_allowed(bootstrap, "dev", "iam:CreateRole", "arn:aws:iam::123456789012:role/inference-prod-x")
    assert not is_allowed(bootstrap, "dev", "apigateway:PATCH", "arn:aws:apigateway:eu-central-1::/account")


def test_a_deployment_calls_the_function_that_uploads_and_no_other(bundle: Path) -> None:
    account = "arn:aws:lambda:eu-central-1:123456789012:function"
    roles = declare_bootstrap(CONFIG)
    made = declare("dev", {"inference:sharedStorage": "true"}, bundle=bundle).one(
        "lambda/function:Function", "upload-function"
    )

    assert is_allowed(roles, "dev", "lambda:InvokeFunction", f"{account}:{made.inputs['name']}")
    for name in ("inference-dev-predict", "inference-prod-upload"):
        assert not is_allowed(roles, "dev", "lambda:InvokeFunction", f"{account}:{name}")


def test_what_the_options_make_is_changed_within_the_stack_only(bootstrap: Declared) -> None:
    found = {each["Sid"]: each for each in statements(bootstrap, "dev")}
    ours = {"StringEquals": {"aws:ResourceTag/stack": "dev", "aws:ResourceTag/project": "inference"}}
    account = "eu-central-1:123456789012"

    assert [found[sid]["Condition"] for sid in ("Network", "FileSystem", "Pool")] == [ours] * 3
    for stack in ("dev", "prod"):
        for action, arn in (
            ("ecs:UpdateService", f"arn:aws:ecs:{account}:service/inference-{stack}-console/inference-{stack}-console"),
            ("secretsmanager:PutSecretValue", f"arn:aws:secretsmanager:{account}:secret:inference-{stack}-console-a"),
            (
                "elasticloadbalancing:ModifyListener",
                f"arn:aws:elasticloadbalancing:{account}:listener/app/inference-{stack}-console/a/b",
            ),
        ):
            assert is_allowed(bootstrap, "dev", action, arn) == (stack == "dev")


ASKED = {
    "aws:index/getCallerIdentity:getCallerIdentity": None,
    "aws:index/getRegion:getRegion": None,
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": "ecr:GetAuthorizationToken",
    "aws:index/getAvailabilityZones:getAvailabilityZones": "ec2:DescribeAvailabilityZones",
    "aws:ec2/getSubnet:getSubnet": "ec2:DescribeSubnets",
}
"""What the program asks the provider while it runs, and the right that it takes; everybody may ask who they are."""


def test_whoever_previews_or_deploys_may_ask_what_the_program_asks(
    bootstrap: Declared, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()

    def recorded(token: str, arguments: Mapping[str, Any], region: str) -> dict[str, Any]:
        asked.add(token)
        return call_result(token, arguments, region)

    monkeypatch.setattr(recording, "call_result", recorded)
    options = {"sharedStorage": "true", "console": "true", "consoleNetworks": "203.0.113.0/24"}
    subnets = {
        "subnetIds": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
        "publicSubnetIds": "subnet-0123456789abcdef2,subnet-0123456789abcdef3",
    }
    for settings in ({}, options, {**options, **subnets}):
        declare("dev", {f"inference:{key}": value for key, value in settings.items()}, bundle=bundle)

    assert asked == ASKED.keys(), "each call needs its right here"
    for role in ("preview", "dev"):
        for action in filter(None, ASKED.values()):
            assert is_allowed(bootstrap, role, action, "*"), f"{role}: {action}"


@pytest.mark.parametrize("role", ["preview", "models"])
def test_runs_that_do_not_deploy_change_nothing(bootstrap: Declared, role: str) -> None:
    changing = ("lambda:UpdateFunctionCode", "iam:CreateRole", "s3:DeleteObject", "ecr:PutImage", "apigateway:POST")

    assert not any(is_allowed(bootstrap, role, action, "*") for action in changing)
    state = "arn:aws:s3:::octo-pulumi-state/.pulumi/stacks/inference/dev.json"
    assert is_allowed(bootstrap, role, "s3:GetObject", state) == (role == "preview")
    assert not is_allowed(bootstrap, role, "s3:PutObject", state)


def test_only_the_main_branch_pushes_models(bootstrap: Declared) -> None:
    model = "arn:aws:s3:::inference-dev-models-123456789012/dvc/files/md5/ab/cd"

    assert [role for role in ROLES if is_allowed(bootstrap, role, "s3:GetObject", model)] == list(ROLES)
    assert [role for role in ROLES if is_allowed(bootstrap, role, "s3:PutObject", model)] == ["models"]


def test_roles_are_made_within_the_boundary_only_and_given_to_six_services_only(bootstrap: Declared) -> None:
    found = {each["Sid"]: each for each in statements(bootstrap, "prod")}
    arn = bootstrap.outputs["boundary_arn"]

    assert found["RolesWithinTheBoundary"]["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": arn}}
    assert {"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"} <= set(
        found["RolesWithinTheBoundary"]["Action"]
    )
    assert not {"iam:CreateRole", "iam:PutRolePolicy"} & set(found["Roles"]["Action"])
    assert found["PassRoles"]["Condition"] == {
        "StringEquals": {
            "iam:PassedToService": [
                f"{service}.amazonaws.com"
                for service in ("lambda", "chatbot", "states", "firehose", "logs", "ecs-tasks")
            ]
        }
    }


NAMED = {
    "budgets/budget:Budget": ("budgets:ModifyBudget", "arn:aws:budgets::123456789012:budget/{name}"),
    "cloudwatch/compositeAlarm:CompositeAlarm": ("cloudwatch:PutCompositeAlarm", "{arn}"),
    "cloudwatch/dashboard:Dashboard": (
        "cloudwatch:PutDashboard", "arn:aws:cloudwatch::123456789012:dashboard/{dashboardName}",
    ),
    "cloudwatch/eventRule:EventRule": ("events:PutRule", "arn:aws:events:eu-central-1:123456789012:rule/{name}"),
    "cloudwatch/logGroup:LogGroup": ("logs:CreateLogGroup", "{arn}"),
    "cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch:PutMetricAlarm", "{arn}"),
    "ecr/repository:Repository": ("ecr:CreateRepository", "{arn}"),
    "iam/policy:Policy": ("iam:CreatePolicy", "{arn}"),
    "iam/role:Role": ("iam:CreateRole", "{arn}"),
    "kms/alias:Alias": ("kms:CreateAlias", "arn:aws:kms:eu-central-1:123456789012:{name}"),
    "lambda/alias:Alias": ("lambda:UpdateAlias", "{arn}"),
    "lambda/function:Function": ("lambda:CreateFunction", "{arn}"),
    "s3/bucket:Bucket": ("s3:CreateBucket", "{arn}"),
    "sfn/stateMachine:StateMachine": ("states:CreateStateMachine", "{arn}"),
    "sns/topic:Topic": ("sns:CreateTopic", "{arn}"),
    "wafv2/webAcl:WebAcl": ("wafv2:CreateWebACL", "{arn}"),
}  # fmt: skip
"""What makes a resource whose name we choose, and its ARN."""


def test_a_deployment_makes_every_resource_of_its_stack_and_none_of_another(bootstrap: Declared, bundle: Path) -> None:
    settings = {
        "slackTeamId": "T0123ABCD", "slackChannelId": "C0123ABCD", "modelStore": "true", "modelMonitor": "true",
        "batchConcurrency": "2", "wafRate": "300", "accessLogs": "true", "pageEmails": "a@example.com",
    }  # fmt: skip
    overrides = {**FULL, **{f"inference:{key}": value for key, value in settings.items()}}
    stack = declare("dev", overrides, bundle=bundle)
    seen = set()
    for each in stack.resources:
        type_ = each.type.removeprefix("aws:")
        if type_ in NAMED:
            action, pattern = NAMED[type_]
            arn = pattern.format(**{"name": "", "arn": "", **each.inputs, **each.outputs})
            assert is_allowed(bootstrap, "dev", action, arn), f"{action} on {arn}"
            assert not is_allowed(bootstrap, "prod", action, arn), f"{action} on {arn}"
            seen.add(type_)
    assert seen == NAMED.keys()


def test_the_boundary_holds_what_the_roles_of_a_stack_are_given(bootstrap: Declared, bundle: Path) -> None:
    limit = json.loads(bootstrap.one("iam/policy:Policy", "boundary").inputs["policy"])["Statement"]
    within = {
        action for each in limit for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }
    settings = {
        "capture": "true", "tracing": "true", "batchConcurrency": "2", "apiKeys": "web",
        "slackTeamId": "T0123ABCD", "slackChannelId": "C0123ABCD",
        "sharedStorage": "true", "modelSource": "efs", "console": "true", "consoleNetworks": "203.0.113.0/24",
        "permissionsBoundary": bootstrap.outputs["boundary_arn"],
    }  # fmt: skip
    # The monitor is not with a model on shared storage.
    monitored = {
        **settings, "encryptTopics": "true", "modelSource": "image", "modelMonitor": "true", "feedback": "true",
    }  # fmt: skip
    stacks = [
        declare("dev", {f"inference:{key}": value for key, value in each.items()}, bundle=bundle)
        for each in (settings, monitored)
    ]
    policies = [each for stack in stacks for each in (*stack.all("RolePolicy"), *stack.all("iam/policy:Policy"))]
    given = [json.loads(each.inputs["policy"]) for each in policies]
    actions = {action for each in given for one in each["Statement"] for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])}  # fmt: skip  # noqa: E501 - one expression

    assert actions <= within
    assert (
        len(bootstrap.one("iam/policy:Policy", "boundary").inputs["policy"].replace(" ", ""))
        <= MOST_OF_A_MANAGED_POLICY
    )
    roles = [role for stack in stacks for role in stack.all("iam/role:Role")]
    assert {role.inputs["permissionsBoundary"] for role in roles} == {bootstrap.outputs["boundary_arn"]}


def test_an_account_that_has_the_provider_gets_no_other(bootstrap: Declared) -> None:
    arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    found = declare_bootstrap({**CONFIG, "providerArn": arn})

    assert bootstrap.one("OpenIdConnectProvider").inputs["clientIdLists"] == ["sts.amazonaws.com"]
    assert not found.all("OpenIdConnectProvider")
    assert {json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]["Principal"]["Federated"]
            for role in found.all("iam/role:Role")} == {arn}  # fmt: skip
