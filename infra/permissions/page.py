"""The page of all permissions, made from the policies: ``python -m infra.permissions.page > docs/permissions.md``."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, NamedTuple

from infra.capture import policies as capture_policies
from infra.console import policies as console_policies
from infra.image.component import pull_policy
from infra.naming import Names
from infra.permissions import policies
from infra.storage import policies as storage_policies

if TYPE_CHECKING:
    from inference_lib.contract.document import Json

EXAMPLE = Names(stack="STACK", model="MODEL", account_id="ACCOUNT", region="REGION")
INTRODUCTION = """\
# Permissions

Every policy that the stack makes, statement by statement; nothing else is allowed to anybody. Capital words stand for
the stack, the account and the region.

This page is made from the policies in `infra/` by `python -m infra.permissions.page > docs/permissions.md`.

| policy of | who | may | on | only when |
|---|---|---|---|---|
"""
BELOW = """
Where a resource is `*`: AWS X-Ray, the deliveries of logs and the reading actions of Amazon CloudWatch know no
resources; in the policy of a key `*` is that key. Without the account's own administration nobody could ever change
that key. EC2 knows no resource for the interfaces that AWS Lambda makes in the name of a function in a VPC, which the
function's own code may not make; the token for the image registry knows none either.
The API's policy is open to everybody from its networks, because callers show API keys and no AWS identity.

## Who deploys

What the person or the pipeline needs that runs `pulumi up`, limited to names that begin with `inference-STACK-`: manage
ECR repositories, Lambda functions, API Gateway REST APIs with keys and usage plans, CloudWatch logs, alarms and
dashboards, SNS topics, KMS keys, IAM roles with `iam:PassRole` to `lambda.amazonaws.com`, `chatbot.amazonaws.com`,
`states.amazonaws.com`, `firehose.amazonaws.com`, `logs.amazonaws.com` and `ecs-tasks.amazonaws.com`; for the options
Application Auto Scaling, AWS WAF, AWS Chatbot, AWS Budgets, Amazon S3, AWS Step Functions, Amazon EventBridge and
Amazon Data Firehose; for shared storage Amazon EFS and a VPC; for the console Amazon ECS, a load balancer, Amazon
Cognito, AWS Secrets Manager and a VPC. Action by action it stands in `infra/delivery/deploy.py`, which the roles of the
[delivery](delivery.md) are given; a test compares it with the calls that the AWS provider makes. `apigateway:PATCH` on
`/account` is not among them: the role for logs of the gateway is made once ([deploy.md](deploy.md)).
"""


class Held(NamedTuple):
    """One policy and what it is attached to."""

    holder: str
    document: dict[str, Json]


def all_policies(names: Names = EXAMPLE) -> tuple[Held, ...]:
    """Return every policy that the program can make."""
    log_group = f"arn:aws:logs:{names.region}:{names.account_id}:log-group:{names.log_group}"
    file_system, point = (
        f"arn:aws:elasticfilesystem:{names.region}:{names.account_id}:{kind}"
        for kind in ("file-system/ID", "access-point/ID")
    )
    monitor_log_group = f"arn:aws:logs:{names.region}:{names.account_id}:log-group:{names.monitor_log_group}"
    topic = f"arn:aws:sns:{names.region}:{names.account_id}:{names.of('alarms-SEVERITY')}"
    bucket = f"arn:aws:s3:::{names.capture_bucket}"
    errors = f"arn:aws:logs:{names.region}:{names.account_id}:log-group:{names.capture_log_group}"
    stream = f"arn:aws:firehose:{names.region}:{names.account_id}:deliverystream/{names.of('capture')}"
    alias = f"arn:aws:lambda:{names.region}:{names.account_id}:function:{names.function}:live"
    return (
        Held("role of the function: trust", policies.trust_policy(policies.LAMBDA)),
        Held("role of the function", policies.log_policy(log_group)),
        Held("role of the function, with tracing", policies.trace_policy()),
        Held("image repository", pull_policy(names)),
        Held("topics of the alarms", policies.topic_policy(names, topic)),
        *(
            Held("key of the topics", policies.key_policy(names, with_monitor=with_monitor))
            for with_monitor in (False, True)
        ),
        Held("role of the model monitor, with modelMonitor: trust", policies.trust_policy(policies.LAMBDA)),
        Held("role of the model monitor, with modelMonitor", policies.log_policy(monitor_log_group)),
        Held("role of the model monitor, with modelMonitor", policies.monitor_policy(names, topic, "KEY")),
        Held("role of the Slack channel: trust", policies.trust_policy(policies.CHATBOT)),
        Held("role and guardrail of the Slack channel", policies.slack_policy()),
        Held("bucket of the models, with modelStore", policies.tls_policy(f"arn:aws:s3:::{names.model_store}")),
        Held("bucket of the capture, with capture", policies.tls_policy(bucket)),
        Held("role that hands captured lines on: trust", capture_policies.send_trust_policy(names)),
        Held("role that hands captured lines on", capture_policies.send_policy(stream)),
        Held("role that writes captured files: trust", capture_policies.deliver_trust_policy(names)),
        Held("role that writes captured files", capture_policies.deliver_policy(bucket, errors)),
        Held("bucket of the batches, with batchConcurrency", policies.tls_policy(f"arn:aws:s3:::{names.batch_bucket}")),
        Held("role of the batches: trust", policies.trust_policy(policies.STATES)),
        Held("role of the batches", policies.batch_policy(names, alias, f"arn:aws:s3:::{names.batch_bucket}")),
        Held("role of the batches, with tracing", policies.trace_policy()),
        Held("file system, with sharedStorage", storage_policies.file_system_policy(file_system)),
        *(
            Held(f"role of the {who}", storage_policies.mount_policy(file_system, point, writes=writes))
            for who, writes in (("function, with modelSource efs", False), ("function that uploads", True))
        ),
        Held("roles of both functions", storage_policies.vpc_policy(names)),
        Held("roles of the console: trust", policies.trust_policy(console_policies.ECS_TASKS)),
        Held(
            "role that starts the console",
            console_policies.start_policy(
                f"arn:aws:ecr:{names.region}:{names.account_id}:repository/{names.console}",
                f"arn:aws:logs:{names.region}:{names.account_id}:log-group:/aws/ecs/{names.console}",
                f"arn:aws:secretsmanager:{names.region}:{names.account_id}:secret:{names.console}-ID",
            ),
        ),
        Held("role of the console", console_policies.monitoring_policy(names)),
        Held("REST API, with an allow list", policies.network_policy(("NETWORK",))),
    )


def permissions_page() -> str:
    """Return the page as Markdown."""
    rows = [_row(held.holder, statement) for held in all_policies() for statement in _statements(held.document)]
    return INTRODUCTION + "\n".join(dict.fromkeys(rows)) + "\n" + BELOW


def _statements(document: dict[str, Json]) -> list[dict[str, Json]]:
    listed = document["Statement"]
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _row(holder: str, statement: dict[str, Json]) -> str:
    who = _code(statement["Principal"]) if "Principal" in statement else "the role itself"
    where = _code(statement["Resource"]) if "Resource" in statement else "itself"
    cells = (holder, who, _code(statement["Action"]), where, _conditions(statement.get("Condition")))
    return f"| {' | '.join(cells)} |"


def _code(value: Json) -> str:
    if isinstance(value, dict):
        value = next(iter(value.values()))
    words = value if isinstance(value, list) else [value]
    return ", ".join(f"`{word}`" for word in words)


def _conditions(condition: Json) -> str:
    if not isinstance(condition, dict):
        return ""
    return "; ".join(
        f"`{key}` is `{json.dumps(value).strip(chr(34))}`"
        for tests in condition.values()
        if isinstance(tests, dict)
        for key, value in tests.items()
    )


if __name__ == "__main__":
    sys.stdout.write(permissions_page())
