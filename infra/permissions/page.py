"""The page of all permissions, from the policies: ``python -m infra.permissions.page > docs/permissions.md``."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from infra.naming import Names
from infra.permissions.registry import SUBJECTS

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.iam import Held

EXAMPLE = Names(stack="STACK", model="MODEL", account_id="ACCOUNT", region="REGION")
INTRODUCTION = """\
# Permissions

For security reviewers. This page lists every policy that a stack creates, statement by statement; nothing else is
allowed. Words in capitals are placeholders for the stack, the account and the region.

`python -m infra.permissions.page > docs/permissions.md` generates this page from the policies in `infra/`.

| policy of | principal | actions | resources | condition |
|---|---|---|---|---|
"""
BELOW = """
A resource is `*` where AWS supports no resource for the action: AWS X-Ray, log delivery, the read actions of Amazon
CloudWatch, the token for the image registry, and the network interfaces that AWS Lambda creates for a function in a
VPC, which the function's own code may not create. In the policy of a key, `*` is that key; the account administers the
key, because otherwise its policy could never be changed. The API's policy allows every caller from its networks,
because callers authenticate with API keys and not with an AWS identity.

## Permissions of a deployment

The user or pipeline that runs `pulumi up` needs these permissions, limited to names that start with `inference-STACK-`:
manage ECR repositories, Lambda functions, API Gateway REST APIs with keys and usage plans, CloudWatch logs, alarms and
dashboards, SNS topics, KMS keys, IAM roles with `iam:PassRole` to `lambda.amazonaws.com`, `chatbot.amazonaws.com`,
`states.amazonaws.com`, `firehose.amazonaws.com`, `logs.amazonaws.com` and `ecs-tasks.amazonaws.com`. Options need
Application Auto Scaling, AWS WAF, AWS Chatbot, AWS Budgets, Amazon S3, AWS Step Functions, Amazon EventBridge and
Amazon Data Firehose; shared storage needs Amazon EFS and a VPC; the console needs Amazon ECS, a load balancer, Amazon
Cognito, AWS Secrets Manager and a VPC. `infra/permissions/registry.py` lists the subjects, whose `policies.py` and
`deployment.py` contain the actions one by one. The [delivery roles](delivery.md) have these permissions, and a test
compares them with the calls that the AWS provider makes. `apigateway:PATCH` on `/account` is not included: the
gateway's role for logs is created once for each account ([deploy.md](deploy.md)).
"""


def all_policies(names: Names = EXAMPLE) -> tuple[Held, ...]:
    """Return every policy that the program can make."""
    return tuple(held for subject in SUBJECTS for held in subject.held(names))


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
