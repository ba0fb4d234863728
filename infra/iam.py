"""Helpers for IAM policies, and the statements that several subjects share. Pure: declares no resource.

No policy allows all actions of a service, except the administration of the key by its own account. Where a statement
has ``*`` for a resource, the docstring says why.

References
----------
.. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inference_lib.contract.document import Json
    from infra.naming import Names

Document: TypeAlias = "dict[str, Json]"
"""A policy."""

Statement: TypeAlias = "dict[str, Json]"
"""A statement of a policy."""

LAMBDA = "lambda.amazonaws.com"

SERVE, WATCH, KEEP, NETWORK, CONSOLE = DEPLOYMENT = ("serve", "watch", "keep", "network", "console")
"""The policies of a deployment: five, because AWS limits their length.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""


class Held(NamedTuple):
    """One policy and what it is attached to."""

    holder: str
    document: Document


class Permissions(NamedTuple):
    """The permissions of one subject.

    Parameters
    ----------
    held : callable
        Returns every policy that the program can make for the subject.
    deployment : callable
        Returns the statements of a deployment of the stack for the subject, by policy.
    boundary : callable
        Returns the permissions boundary of the subject's roles in any stack.
    """

    held: Callable[[Names], tuple[Held, ...]]
    deployment: Callable[[Names], Mapping[str, list[Statement]]]
    boundary: Callable[[Names], list[Statement]] = lambda _names: []


def document(*statements: dict[str, Json]) -> dict[str, Json]:
    """Return a policy of these statements, which allow unless they set another effect."""
    listed: list[Json] = [{"Effect": "Allow", **statement} for statement in statements]
    return {"Version": "2012-10-17", "Statement": listed}


def trust_policy(service: str) -> dict[str, Json]:
    """Return the trust policy for one AWS service."""
    return document({"Sid": "ServiceTakesRole", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


def log_policy(log_group_arn: str) -> dict[str, Json]:
    """Return the policy of a function for logs: write to its own group.

    It may not create the group: a destroyed group would come back without retention. Metrics need no permission of
    their own: they are log lines.
    """
    return document(
        {
            "Sid": "WriteOwnLog",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{log_group_arn}:*",
        }
    )


def trace_policy() -> dict[str, Json]:
    """Return the policy of a traced function: send segments.

    AWS X-Ray supports no resource for these two actions.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    """
    return document(
        {"Sid": "SendTraces", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"}
    )


def tls_policy(bucket_arn: str) -> dict[str, Json]:
    """Return the policy of a bucket that rejects connections without TLS.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    return document(
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket_arn, f"{bucket_arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )


TAGS = ("TagResource", "UntagResource")
READ = ("Describe*", "Get*", "List*")


def actions(service: str, *verbs: str) -> list[Json]:
    """Return actions of one service."""
    return [f"{service}:{verb}" for verb in verbs]


def arn_of(names: Names, service: str, resource: str, *, regional: bool = True) -> str:
    """Return the ARN of a resource in the account of the names."""
    return f"arn:aws:{service}:{names.region if regional else ''}:{names.account_id}:{resource}"


def of_stack(names: Names, where: str, create_action: str = "", *made_by: str) -> dict[str, Json]:
    """Return the condition that a resource or a request has the tags of the stack, optionally as part of one call."""
    tags: dict[str, Json] = {f"aws:{where}Tag/stack": names.stack, f"aws:{where}Tag/project": "inference"}
    return {"StringEquals": {**tags, **({create_action: list(made_by)} if create_action else {})}}
