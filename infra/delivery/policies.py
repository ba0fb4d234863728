"""Who may take the roles of the delivery, and what runs may do with images and models, as pure functions.

What a deployment may do stands in ``deploy_policy``, what runs may do with the state in ``state_policy``. Where a
statement reaches ``*`` for a resource, AWS knows no resource for the action.

References
----------
.. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.permissions.policies import LOG_DELIVERY, document
from infra.storage.policies import NETWORK_INTERFACE

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


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


TAGS = ("TagResource", "UntagResource")


def actions(service: str, *verbs: str) -> list[Json]:
    """Return actions of one service."""
    return [f"{service}:{verb}" for verb in verbs]


def arn_of(names: Names, service: str, resource: str, *, regional: bool = True) -> str:
    """Return the ARN of a resource in the account of the names."""
    return f"arn:aws:{service}:{names.region if regional else ''}:{names.account_id}:{resource}"


def ask_policy() -> dict[str, Json]:
    """Return what a preview may ask AWS beyond the state: what the program itself asks while it runs.

    EC2 knows no resources for it. That a role may ask who it is needs no right.
    """
    return document(
        {"Sid": "AskForNetwork", "Action": ["ec2:DescribeAvailabilityZones", "ec2:DescribeSubnets"], "Resource": "*"}
    )


def pull_policy(names: Names) -> dict[str, Json]:
    """Return what a preview may do with images: pull those of any stack, to build on them."""
    return document(
        {"Sid": "LogInToImages", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {
            "Sid": "PullImages",
            "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Resource": arn_of(names, "ecr", "repository/inference-*"),
        },
    )


def store_arns(names: Names) -> list[Json]:
    """Return the bucket of a stack's models, and what is in it."""
    return [f"arn:aws:s3:::{names.model_store}", f"arn:aws:s3:::{names.model_store}/*"]


def batch_arns(names: Names) -> list[Json]:
    """Return the bucket of a stack's batches, and what is in it."""
    return [f"arn:aws:s3:::{names.batch_bucket}", f"arn:aws:s3:::{names.batch_bucket}/*"]


def capture_arns(names: Names) -> list[Json]:
    """Return the bucket of a stack's captured requests, and what is in it."""
    return [f"arn:aws:s3:::{names.capture_bucket}", f"arn:aws:s3:::{names.capture_bucket}/*"]


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
            "Resource": [
                arn_of(names, "logs", f"log-group:/aws/{kind}/inference-*") for kind in ("lambda", "ecs")
            ],
        },
        {
            "Sid": "MountModels",
            "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
            "Resource": arn_of(names, "elasticfilesystem", "file-system/*"),
        },
        {"Sid": "ServiceMakesInterfaces", "Action": NETWORK_INTERFACE, "Resource": "*"},
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
            "Sid": "QueryLogs",
            "Action": "logs:StartQuery",
            "Resource": arn_of(names, "logs", "log-group:/aws/lambda/inference-*"),
        },
        {
            "Sid": "TellCaptureErrors",
            "Action": "logs:PutLogEvents",
            "Resource": arn_of(names, "logs", "log-group:/aws/kinesisfirehose/inference-*"),
        },
        {
            "Sid": "SendCapturedLines",
            "Action": ["firehose:PutRecord", "firehose:PutRecordBatch"],
            "Resource": arn_of(names, "firehose", "deliverystream/inference-*"),
        },
        {
            "Sid": "WriteCapture",
            "Action": [
                "s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:PutObject",
                "s3:AbortMultipartUpload",
            ],
            "Resource": f"arn:aws:s3:::inference-*-capture-{names.account_id}*",
        },
        {"Sid": "SendTraces", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"},
        {
            "Sid": "ReadAlarms",
            "Action": [
                "cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory", "cloudwatch:GetDashboard",
                "cloudwatch:GetMetricData", "cloudwatch:GetMetricWidgetImage", "cloudwatch:ListMetrics",
                "logs:GetQueryResults",
            ],
            "Resource": "*",
        },
        *_most_of_monitors(names), *_most_of_batches(names),
    )  # fmt: skip


def _most_of_monitors(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "AskLogs",
            "Action": "logs:StartQuery",
            "Resource": arn_of(names, "logs", "log-group:/aws/lambda/inference-*"),
        },
        {"Sid": "ReadAnswers", "Action": "logs:GetQueryResults", "Resource": "*"},
        {"Sid": "TellPeople", "Action": "sns:Publish", "Resource": arn_of(names, "sns", "inference-*")},
        {
            "Sid": "EncryptNotices",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": arn_of(names, "kms", "key/*"),
            "Condition": {"StringEquals": {"kms:ViaService": f"sns.{names.region}.amazonaws.com"}},
        },
    ]


def _most_of_batches(names: Names) -> list[dict[str, Json]]:
    """Return the most that the role of any stack's batches may ever do."""
    logs: list[Json] = list(LOG_DELIVERY)
    return [
        {
            "Sid": "CallAlias",
            "Action": "lambda:InvokeFunction",
            "Resource": arn_of(names, "lambda", "function:inference-*:live"),
        },
        {
            "Sid": "Lines",
            "Action": [
                "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:ListMultipartUploadParts",
                "s3:AbortMultipartUpload",
            ],
            "Resource": f"arn:aws:s3:::inference-*-batch-{names.account_id}/*",
        },
        {
            "Sid": "Batches",
            "Action": [
                "states:StartExecution", "states:DescribeExecution", "states:StopExecution", "states:RedriveExecution",
            ],
            "Resource": [
                arn_of(names, "states", f"{kind}:inference-*-batch{tail}")
                for kind, tail in (("stateMachine", ""), ("execution", ":*"), ("execution", "/*"))
            ],
        },
        {"Sid": "DeliverLogs", "Action": logs, "Resource": "*"},
    ]  # fmt: skip


def model_policy(names: Names, *, writes: bool) -> dict[str, Json]:
    """Return what a run may do with the models of a stack: pull them, and push them from the main branch."""
    bucket, objects = store_arns(names)
    given: list[Json] = ["s3:GetObject", *(["s3:PutObject"] if writes else [])]
    return document(
        {"Sid": "ListModels", "Action": "s3:ListBucket", "Resource": bucket},
        {"Sid": "Models", "Action": given, "Resource": objects},
    )
