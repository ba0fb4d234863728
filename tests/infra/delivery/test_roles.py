"""The roles of the delivery: who takes them, what they may do, and what they may not."""

from __future__ import annotations

import fnmatch
import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from local_stack.declared import recorder as recording
from local_stack.declared.aws_values import call_result
from local_stack.declared.evaluation import Declared, declare, declare_bootstrap

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONFIG = {
    "repository": "octo-org/sleep",
    "stateBucket": "octo-pulumi-state",
    "stateKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
}
ROLES = ("preview", "models", "dev", "staging", "prod")
MOST_OF_A_ROLE = 10_240
MOST_OF_A_MANAGED_POLICY = 6_144
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

MOST_ATTACHED = 10
"""Managed policies of a role, by default: the same page."""


@pytest.fixture(scope="module")
def bootstrap() -> Declared:
    return declare_bootstrap(CONFIG)


def documents(bootstrap: Declared, role: str) -> list[dict[str, Any]]:
    name = f"inference-bootstrap-{role}-role"
    inline = [json.loads(each.inputs["policy"]) for each in bootstrap.all("RolePolicy") if each.inputs["role"] == name]
    return inline + list(managed(bootstrap, role).values())


def managed(bootstrap: Declared, role: str) -> dict[str, dict[str, Any]]:
    """The policies that are attached to a role, by name."""
    name = f"inference-bootstrap-{role}-role"
    attached = {
        each.inputs["policyArn"] for each in bootstrap.all("RolePolicyAttachment") if each.inputs["role"] == name
    }
    return {
        each.inputs["name"]: json.loads(each.inputs["policy"])
        for each in bootstrap.all("iam/policy:Policy")
        if each.outputs["arn"] in attached
    }


def statements(bootstrap: Declared, role: str) -> list[dict[str, Any]]:
    return [statement for document in documents(bootstrap, role) for statement in document["Statement"]]


def is_allowed(bootstrap: Declared, role: str, action: str, resource: str) -> bool:
    """Whether a role may do something, conditions taken as fulfilled."""

    def listed(value: str | list[str]) -> list[str]:
        return [value] if isinstance(value, str) else value

    effects = {
        each["Effect"]
        for each in statements(bootstrap, role)
        if any(fnmatch.fnmatchcase(action, pattern) for pattern in listed(each["Action"]))
        and any(fnmatch.fnmatchcase(resource, pattern) for pattern in listed(each["Resource"]))
    }
    return effects == {"Allow"}


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


FILES_OF_A_STACK = (
    "stacks/inference/{stack}.json",
    "stacks/inference/{stack}.json.gz",
    "stacks/inference/{stack}.json.bak",
    "stacks/inference/{stack}.pulumi-tags",
    "history/inference/{stack}/{stack}-1.history.json",
    "history/inference/{stack}/{stack}-1.checkpoint.json",
    "backups/inference/{stack}/{stack}.1.json",
    "journal/inference/{stack}/1.json",
    "locks/organization/inference/{stack}/0a1b.json",
)
"""Where Pulumi keeps what it knows of a stack: pkg/backend/diy of its source."""


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("place", FILES_OF_A_STACK)
def test_a_role_reads_and_writes_the_state_of_its_own_stack_only(bootstrap: Declared, role: str, place: str) -> None:
    own = {"preview": "dev", "models": ""}.get(role, role)
    for stack in ("dev", "staging", "prod", "dev2"):
        arn = f"arn:aws:s3:::octo-pulumi-state/.pulumi/{place.format(stack=stack)}"
        assert is_allowed(bootstrap, role, "s3:GetObject", arn) == (stack == own)
        for action in ("s3:PutObject", "s3:DeleteObject"):
            assert is_allowed(bootstrap, role, action, arn) == (stack == own and role != "preview")


@pytest.mark.parametrize("role", ROLES)
def test_the_layout_of_the_state_and_the_state_of_the_roles_are_changed_by_no_role(
    bootstrap: Declared, role: str
) -> None:
    root = "arn:aws:s3:::octo-pulumi-state/.pulumi"

    assert is_allowed(bootstrap, role, "s3:GetObject", f"{root}/meta.yaml") == (role != "models")
    assert not is_allowed(bootstrap, role, "s3:PutObject", f"{root}/meta.yaml")
    assert not is_allowed(bootstrap, role, "s3:GetObject", f"{root}/stacks/inference-bootstrap/bootstrap.json")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "models"])
def test_secrets_are_decrypted_with_the_context_of_the_own_stack_only(bootstrap: Declared, role: str) -> None:
    found = {each["Sid"]: each for each in statements(bootstrap, role)}
    stack = "dev" if role == "preview" else role

    assert found["Secrets"]["Condition"] == {"StringEquals": {"kms:EncryptionContext:stack": stack}}
    assert found["Secrets"]["Resource"] == CONFIG["stateKeyArn"]
    for verb in ("TagResource", "PutKeyPolicy", "ScheduleKeyDeletion"):
        assert not is_allowed(bootstrap, role, f"kms:{verb}", CONFIG["stateKeyArn"])


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
    stack = declare("dev", {f"inference:{key}": value for key, value in settings.items()}, bundle=bundle)
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
    monitored = {**settings, "modelSource": "image", "modelMonitor": "true", "feedback": "true"}
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


@pytest.mark.parametrize(
    ("stacks", "said"),
    [
        (
            "dev,dev-eu",
            (
                "the role of dev reaches what is named inference-dev-*, and so all of dev-eu; expected names of which "
                "none begins with another and a dash"
            ),
        ),
        (
            "bootstrap,dev",
            "bootstrap is the stack of these roles, which no role may change; expected environments alone",
        ),
        ("dev,dev", "dev occurs twice; expected each environment once"),
    ],
)
def test_names_of_stacks_that_cannot_be_kept_apart_are_refused(stacks: str, said: str) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        declare_bootstrap({**CONFIG, "stacks": stacks})

    assert str(caught.value) == (
        f"inference-bootstrap:stacks: {said}. Set it: pulumi config set stacks dev,staging,prod"
    )


def test_names_of_stacks_that_only_look_alike_are_taken() -> None:
    assert "dev2" in declare_bootstrap({**CONFIG, "stacks": "dev,dev2,eu-dev"}).outputs["role_arns"]


def test_wrong_settings_are_reported_together() -> None:
    with pytest.raises(pulumi.RunError) as caught:
        declare_bootstrap({"repository": "sleep", "stateBucket": "s3://state", "stacks": "dev,preview"})

    assert str(caught.value) == (
        "inference-bootstrap:repository: 'sleep' is not allowed; expected OWNER/NAME, as on GitHub. "
        "Set it: pulumi config set repository octo-org/sleep\n"
        "inference-bootstrap:stateBucket: 's3://state' is not allowed; expected the name of a bucket, without s3://. "
        "Set it: pulumi config set stateBucket my-pulumi-state\n"
        "inference-bootstrap:stateKeyArn: is missing; expected arn:aws:kms:REGION:ACCOUNT:key/ID. Set it: pulumi "
        "config set stateKeyArn arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef\n"
        "inference-bootstrap:stacks: preview is too long or the name of another role; expected at most 32 characters. "
        "Set it: pulumi config set stacks dev,staging,prod"
    )
