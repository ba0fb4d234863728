"""What the role of a deployment may do, against what the provider asks of AWS."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from infra.delivery.deploy import deploy_policies
from infra.naming import Names

if TYPE_CHECKING:
    from tests.infra.aws_provider.calls import Call

NOT_CALLED = {
    "AWS asks for them when something is made with tags, or when they change": (
        "application-autoscaling:TagResource", "application-autoscaling:UntagResource", "cloudwatch:TagResource",
        "cloudwatch:UntagResource", "ecr:TagResource", "ecr:UntagResource", "events:TagResource",
        "firehose:TagDeliveryStream", "firehose:UntagDeliveryStream",
        "events:UntagResource", "iam:TagPolicy", "iam:TagRole", "iam:UntagRole", "kms:TagResource",
        "lambda:TagResource", "lambda:UntagResource", "logs:TagResource", "logs:UntagResource", "s3:TagResource",
        "s3:UntagResource", "s3:ListTagsForResource", "sns:TagResource", "sns:UntagResource", "states:TagResource",
        "states:UntagResource", "wafv2:TagResource", "wafv2:UntagResource",
    ),
    "AWS asks for them itself, behind another call": (
        "apigateway:SetWebACL", "iam:CreateServiceLinkedRole", "iam:PassRole", "iam:PutRolePermissionsBoundary",
        "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:GetLogDelivery", "logs:ListLogDeliveries",
        "logs:UpdateLogDelivery", "ecr:BatchGetImage",
    ),
    "`make storage` sends a bundle": ("lambda:InvokeFunction",),
    "pulumi-docker pushes the image": (
        "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload",
        "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage",
    ),
    "a later deployment changes what stands": (
        "firehose:StopDeliveryStreamEncryption", "firehose:UpdateDestination",
        "ecr:PutImageScanningConfiguration", "ecr:PutImageTagMutability", "iam:CreatePolicyVersion",
        "iam:DeletePolicyVersion", "iam:UpdateAssumeRolePolicy", "kms:PutKeyPolicy", "kms:UpdateAlias",
        "kms:UpdateKeyDescription", "lambda:DeleteFunctionConcurrency", "lambda:PublishVersion", "lambda:UpdateAlias",
        "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "logs:DeleteRetentionPolicy",
        "sns:SetSubscriptionAttributes", "states:UpdateStateMachine", "wafv2:UpdateWebACL",
    ),
    "a bucket that may be lost is emptied": ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"),
    "moto or this provider does not have what they are for": (
        "budgets:ListTagsForResource", "budgets:ModifyBudget", "budgets:TagResource", "budgets:ViewBudget",
        "chatbot:CreateSlackChannelConfiguration", "chatbot:DeleteSlackChannelConfiguration",
        "chatbot:DescribeSlackChannelConfigurations", "chatbot:DescribeSlackWorkspaces", "chatbot:ListTagsForResource",
        "chatbot:TagResource", "chatbot:UpdateSlackChannelConfiguration", "cloudwatch:ListDashboards",
        "cloudwatch:PutCompositeAlarm", "logs:DeleteQueryDefinition", "logs:DescribeQueryDefinitions",
        "logs:PutLogGroupDeletionProtection", "logs:PutQueryDefinition", "logs:DeleteIndexPolicy",
        "logs:DescribeIndexPolicies", "logs:PutIndexPolicy",
    ),
    "the clock of the model monitor": (
        "events:DeleteRule", "events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule",
        "events:PutRule", "events:PutTargets", "events:RemoveTargets",
    ),
}  # fmt: skip
"""Rights that no call of an apply with every option has asked for, by the reason why they are given."""

_NAMES = Names(stack="dev", model="", account_id="123456789012", region="eu-central-1")


def granted() -> set[str]:
    """Return the actions of the policy, patterns among them."""
    found: set[str] = set()
    documents = deploy_policies(_NAMES, "arn:aws:iam::123456789012:policy/boundary").values()
    listed = [document["Statement"] for document in documents]
    for statement in [each for statements in listed if isinstance(statements, list) for each in statements]:
        actions = statement["Action"] if isinstance(statement, dict) else []
        found |= {str(each) for each in actions} if isinstance(actions, list) else {str(actions)}
    return found


def refused(calls: set[Call]) -> list[str]:
    """Return the calls that a deployment may not make, with the right that each asks for."""
    patterns = granted()
    return sorted(
        f"{call.service} {call.method}: {call.action}"
        for call in calls
        if not any(fnmatch.fnmatchcase(call.action, pattern) for pattern in patterns)
    )


def unexplained(calls: set[Call]) -> list[str]:
    """Return the rights that no call asks for, and no reason explains, of the services that are called at all."""
    called = {call.action for call in calls}
    services = {action.partition(":")[0] for action in called}
    known = {action for actions in NOT_CALLED.values() for action in actions}
    left = [each for each in granted() - known if each.partition(":")[0] in services]
    return sorted(each for each in left if not fnmatch.filter(called, each))
