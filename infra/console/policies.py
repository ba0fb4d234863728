"""The IAM policies of the console in the cloud, as pure functions; ``docs/permissions.md`` lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.console.deployment import deployment
from infra.iam import Held, Permissions, arn_of, document, trust_policy

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names

ECS_TASKS = "ecs-tasks.amazonaws.com"


def start_policy(repository_arn: str, log_group_arn: str, secret_arn: str) -> dict[str, Json]:
    """Return what Amazon ECS needs to start the console: its image, its log and its secret.

    The action for the registry token supports no resource.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    """
    return document(
        {"Sid": "LogInToImages", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {
            "Sid": "PullImage",
            "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Resource": repository_arn,
        },
        {
            "Sid": "WriteOwnLog",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{log_group_arn}:*",
        },
        {"Sid": "ReadOwnSecret", "Action": "secretsmanager:GetSecretValue", "Resource": secret_arn},
    )


def monitoring_policy(names: Names) -> dict[str, Json]:
    """Return the policy of the console: read the dashboard, the alarms, the logs and the versions of its own stack.

    It may not set the state of an alarm. GetMetricData and GetQueryResults support no resource; DescribeAlarms, which
    returns composite alarms too, must be allowed for all alarms.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
    .. [2] https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    """
    account, region = names.account_id, names.region
    return document(
        {
            "Sid": "ReadOwnDashboard",
            "Action": "cloudwatch:GetDashboard",
            "Resource": f"arn:aws:cloudwatch::{account}:dashboard/{names.dashboard}",
        },
        {
            "Sid": "ReadMetricsAndAlarms",
            "Action": ["cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory", "cloudwatch:GetMetricData"],
            "Resource": "*",
        },
        {
            "Sid": "QueryOwnLog",
            "Action": "logs:StartQuery",
            "Resource": [
                f"arn:aws:logs:{region}:{account}:log-group:{group}:*"
                for group in (names.log_group, f"/aws/lambda/{names.notifier}")
            ],
        },
        {
            "Sid": "ReadVersions",
            "Action": ["lambda:GetAlias", "lambda:ListVersionsByFunction"],
            "Resource": [f"arn:aws:lambda:{region}:{account}:function:{names.function}{end}" for end in ("", ":*")],
        },
        {"Sid": "ReadAnswers", "Action": "logs:GetQueryResults", "Resource": "*"},
    )


def _held(names: Names) -> tuple[Held, ...]:
    return (
        Held("console roles: trust", trust_policy(ECS_TASKS)),
        Held(
            "console execution role",
            start_policy(
                arn_of(names, "ecr", f"repository/{names.console}"),
                arn_of(names, "logs", f"log-group:/aws/ecs/{names.console}"),
                arn_of(names, "secretsmanager", f"secret:{names.console}-ID"),
            ),
        ),
        Held("console role", monitoring_policy(names)),
    )


def _boundary(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "StartConsole",
            "Action": [
                "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
            "Resource": "*",
        },
        {
            "Sid": "ReadSecret",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": arn_of(names, "secretsmanager", "secret:inference-*"),
        },
        {
            "Sid": "ReadVersions",
            "Action": ["lambda:GetAlias", "lambda:ListVersionsByFunction"],
            "Resource": arn_of(names, "lambda", "function:inference-*"),
        },
        {
            "Sid": "QueryLogs",
            "Action": "logs:StartQuery",
            "Resource": arn_of(names, "logs", "log-group:/aws/lambda/inference-*"),
        },
    ]  # fmt: skip


PERMISSIONS = Permissions(_held, deployment, _boundary)
