"""The page of all permissions, made from the policies: ``python -m infra.permissions.page > docs/permissions.md``."""

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
Cognito, AWS Secrets Manager and a VPC. `infra/permissions/registry.py` names the subjects, whose `policies.py` and
`deployment.py` contain it action by action; the roles of the [delivery](delivery.md) have these rights, and a test
compares them with the calls that the AWS provider makes. `apigateway:PATCH` on `/account` is not among them: the role
for logs of the gateway is made once for the account ([deploy.md](deploy.md)).
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
