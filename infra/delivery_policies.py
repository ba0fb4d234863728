"""What the delivery of a stack may do, as pure functions: nothing beyond the resources that bear the stack's name.

Where a statement reaches ``*`` for a resource, AWS knows no resource for the action, or the name is not known before.

References
----------
.. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference_lib.contract import Json
    from infra.naming import Names

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

PASSED_TO: list[Json] = ["lambda.amazonaws.com", "chatbot.amazonaws.com"]
"""Services that a role of the stack may be given to."""


def document(*statements: dict[str, Json]) -> dict[str, Json]:
    """Return a policy that allows these statements, but for those that say something else."""
    listed: list[Json] = [{"Effect": "Allow", **statement} for statement in statements]
    return {"Version": "2012-10-17", "Statement": listed}


def trust(provider_arn: str, subject: str) -> dict[str, Json]:
    """Return the policy that lets runs of one repository take a role: from one environment, branch or kind of event.

    Parameters
    ----------
    provider_arn : str
        Of the account's provider for GitHub's tokens.
    subject : str
        Compared whole, such as ``repo:OWNER/REPOSITORY:environment:prod``.

    References
    ----------
    .. [1] https://docs.github.com/en/actions/reference/security/oidc
    """
    return document(
        {
            "Sid": "WorkflowTakesRole",
            "Principal": {"Federated": provider_arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subject}},
        }
    )


def deploy_policy(names: Names, boundary_arn: str) -> dict[str, Json]:
    """Return what the deployment of one stack may do.

    Parameters
    ----------
    names : Names
        Of the stack; its model is not read.
    boundary_arn : str
        Roles are made within this boundary only.
    """
    return document(
        *_image_and_function(names), *_gateway(names), *_monitoring(names), *_keys_and_buckets(names),
        *_roles(names, boundary_arn),
    )  # fmt: skip


def _arn(names: Names, service: str, resource: str, *, regional: bool = True) -> str:
    return f"arn:aws:{service}:{names.region if regional else ''}:{names.account_id}:{resource}"


def _image_and_function(names: Names) -> list[dict[str, Json]]:
    return [
        {"Sid": "LogInToImages", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {"Sid": "Images", "Action": "ecr:*", "Resource": _arn(names, "ecr", f"repository/{names.prefix}-*")},
        {"Sid": "Function", "Action": "lambda:*", "Resource": _arn(names, "lambda", f"function:{names.prefix}-*")},
        {
            "Sid": "Warm",
            "Action": [
                f"application-autoscaling:{verb}"
                for verb in (
                    "RegisterScalableTarget", "DeregisterScalableTarget", "DescribeScalableTargets",
                    "PutScheduledAction", "DeleteScheduledAction", "DescribeScheduledActions", "PutScalingPolicy",
                    "DeleteScalingPolicy", "DescribeScalingPolicies", "TagResource", "UntagResource",
                    "ListTagsForResource",
                )
            ],
            "Resource": "*",
        },
    ]  # fmt: skip


def _gateway(names: Names) -> list[dict[str, Json]]:
    # The ids of APIs and keys are made by AWS. Not /account: the role of the gateway's logs is the whole account's.
    paths = ("restapis", "usageplans", "apikeys", "domainnames", "tags")
    return [
        {
            "Sid": "Api",
            "Action": [f"apigateway:{verb}" for verb in ("GET", "POST", "PUT", "PATCH", "DELETE")],
            "Resource": [f"arn:aws:apigateway:{names.region}::/{path}{tail}" for path in paths for tail in ("", "/*")],
        },
        {
            "Sid": "Firewall",
            "Action": "wafv2:*",
            "Resource": [
                _arn(names, "wafv2", f"regional/webacl/{names.prefix}-*"),
                _arn(names, "wafv2", "regional/managedruleset/*"),
                f"arn:aws:apigateway:{names.region}::/restapis/*/stages/{names.stack}",
            ],
        },
    ]


def _monitoring(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "Logs",
            "Action": "logs:*",
            "Resource": [
                _arn(names, "logs", f"log-group:/aws/{kind}/{names.prefix}-*") for kind in ("lambda", "apigateway")
            ],
        },
        {
            "Sid": "LogQueries",
            "Action": [
                "logs:DescribeLogGroups", "logs:DescribeQueryDefinitions", "logs:PutQueryDefinition",
                "logs:DeleteQueryDefinition", "logs:CreateLogDelivery", "logs:GetLogDelivery",
                "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries",
            ],
            "Resource": "*",
        },
        {
            "Sid": "Alarms",
            "Action": "cloudwatch:*",
            "Resource": [
                _arn(names, "cloudwatch", f"alarm:{names.prefix}-*"),
                _arn(names, "cloudwatch", f"dashboard/{names.prefix}-*", regional=False),
            ],
        },
        {"Sid": "ReadAlarms", "Action": ["cloudwatch:DescribeAlarms", "cloudwatch:ListDashboards"], "Resource": "*"},
        {
            "Sid": "Budget",
            "Action": [
                "budgets:ViewBudget", "budgets:ModifyBudget", "budgets:TagResource", "budgets:ListTagsForResource",
            ],
            "Resource": _arn(names, "budgets", f"budget/{names.prefix}-*", regional=False),
        },
        {"Sid": "Topics", "Action": "sns:*", "Resource": _arn(names, "sns", f"{names.prefix}-*")},
        {
            "Sid": "Slack",
            "Action": [
                f"chatbot:{verb}"
                for verb in (
                    "CreateSlackChannelConfiguration", "UpdateSlackChannelConfiguration", "TagResource",
                    "DeleteSlackChannelConfiguration", "DescribeSlackChannelConfigurations",
                    "DescribeSlackWorkspaces", "ListTagsForResource",
                )
            ],
            "Resource": "*",
        },
    ]  # fmt: skip


def _keys_and_buckets(names: Names) -> list[dict[str, Json]]:
    ours: Json = {"StringEquals": {"aws:ResourceTag/stack": names.stack, "aws:ResourceTag/project": "inference"}}
    return [
        {
            "Sid": "MakeKey",
            "Action": ["kms:CreateKey", "kms:TagResource"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestTag/stack": names.stack, "aws:RequestTag/project": "inference"}},
        },
        {
            "Sid": "Key",
            "Action": [
                "kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:GetKeyRotationStatus",
                "kms:EnableKeyRotation", "kms:ListResourceTags", "kms:TagResource", "kms:UpdateKeyDescription",
                "kms:ScheduleKeyDeletion", "kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias",
            ],
            "Resource": _arn(names, "kms", "key/*"),
            "Condition": ours,
        },
        {
            "Sid": "KeyAlias",
            "Action": ["kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"],
            "Resource": _arn(names, "kms", f"alias/{names.prefix}-*"),
        },
        {"Sid": "ListAliases", "Action": "kms:ListAliases", "Resource": "*"},
        {"Sid": "ModelStore", "Action": "s3:*", "Resource": store_arns(names)},
    ]  # fmt: skip


def pull_policy(names: Names) -> dict[str, Json]:
    """Return what a preview may do with images: pull those of any stack, to build on them."""
    return document(
        {"Sid": "LogInToImages", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {
            "Sid": "PullImages",
            "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Resource": _arn(names, "ecr", "repository/inference-*"),
        },
    )


def store_arns(names: Names) -> list[Json]:
    """Return the bucket of a stack's models, and what is in it."""
    return [f"arn:aws:s3:::{names.model_store}", f"arn:aws:s3:::{names.model_store}/*"]


def _roles(names: Names, boundary_arn: str) -> list[dict[str, Json]]:
    roles = _arn(names, "iam", f"role/{names.prefix}-*", regional=False)
    return [
        {
            "Sid": "RolesWithinTheBoundary",
            "Action": ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"],
            "Resource": roles,
            "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary_arn}},
        },
        {
            "Sid": "Roles",
            "Action": [
                "iam:GetRole", "iam:DeleteRole", "iam:UpdateAssumeRolePolicy", "iam:GetRolePolicy", "iam:TagRole",
                "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:ListRolePolicies", "iam:UntagRole",
                "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
            ],
            "Resource": roles,
        },
        {
            "Sid": "SlackPolicy",
            "Action": [
                f"iam:{verb}"
                for verb in (
                    "CreatePolicy", "GetPolicy", "GetPolicyVersion", "ListPolicyVersions", "CreatePolicyVersion",
                    "DeletePolicyVersion", "DeletePolicy", "TagPolicy",
                )
            ],
            "Resource": _arn(names, "iam", f"policy/{names.prefix}-*", regional=False),
        },
        {
            "Sid": "PassRoles",
            "Action": "iam:PassRole",
            "Resource": roles,
            "Condition": {"StringEquals": {"iam:PassedToService": PASSED_TO}},
        },
    ]  # fmt: skip


def boundary(names: Names) -> dict[str, Json]:
    """Return the most that a role of any stack may ever do, whatever its own policies say.

    Parameters
    ----------
    names : Names
        Of the bootstrap: its prefix, without a stack, starts the names of all.
    """
    return document(
        {
            "Sid": "WriteLogs",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": _arn(names, "logs", "log-group:/aws/lambda/inference-*"),
        },
        {"Sid": "SendTraces", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"},
        {
            "Sid": "ReadAlarms",
            "Action": [
                "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:GetMetricWidgetImage",
                "cloudwatch:ListMetrics",
            ],
            "Resource": "*",
        },
    )  # fmt: skip


def state_policy(bucket: str, key_arn: str, *, writes: bool) -> dict[str, Json]:
    """Return what a run may do with Pulumi's state: read it, and write it when it deploys.

    Parameters
    ----------
    bucket : str
        Where the state is.
    key_arn : str
        Encrypts the secrets in it.
    writes : bool
        Whether the run deploys.
    """
    actions: list[Json] = ["s3:GetObject", *(["s3:PutObject", "s3:DeleteObject"] if writes else [])]
    return document(
        {"Sid": "ListState", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"},
        {"Sid": "State", "Action": actions, "Resource": f"arn:aws:s3:::{bucket}/.pulumi/*"},
        {"Sid": "Secrets", "Action": ["kms:Decrypt", *(["kms:Encrypt"] if writes else [])], "Resource": key_arn},
    )


def model_policy(names: Names, *, writes: bool) -> dict[str, Json]:
    """Return what a run may do with the models of a stack: pull them, and push them from the main branch."""
    bucket, objects = store_arns(names)
    actions: list[Json] = ["s3:GetObject", *(["s3:PutObject"] if writes else [])]
    return document(
        {"Sid": "ListModels", "Action": "s3:ListBucket", "Resource": bucket},
        {"Sid": "Models", "Action": actions, "Resource": objects},
    )
