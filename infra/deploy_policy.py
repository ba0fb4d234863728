"""What the deployment of one stack may do, as a pure function: nothing beyond the resources that bear its name.

Where a statement reaches ``*`` for a resource, AWS knows no resource for the action, or the name is not known before.

Actions that change something are listed one by one, as the AWS provider calls them; a test compares them with what it
calls. Actions that read are not where there are many: a newer provider may read a property more.

References
----------
.. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.delivery_policies import arn_of, batch_arns, capture_arns, store_arns
from infra.deploy_options_policy import option_statements
from infra.policies import document

if TYPE_CHECKING:
    from inference_lib.contract import Json
    from infra.naming import Names

PASSED_TO: list[Json] = [
    f"{service}.amazonaws.com" for service in ("lambda", "chatbot", "states", "firehose", "logs", "ecs-tasks")
]
"""Services that a role of the stack may be given to."""


PARTS = ("serve", "keep", "options")
"""Of what a deployment may do; each is a policy.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""


def deploy_policies(names: Names, boundary_arn: str) -> dict[str, dict[str, Json]]:
    """Return what the deployment of one stack may do, by part: one policy would be longer than AWS takes.

    Parameters
    ----------
    names : Names
        Of the stack; its model is not read.
    boundary_arn : str
        Roles are made within this boundary only.
    """
    documents = (
        document(*_image_and_function(names), *_gateway(names), *_logs(names)),
        document(*_alarms(names), *_keys_and_buckets(names), *_roles(names, boundary_arn)),
        document(*option_statements(names)),
    )
    return dict(zip(PARTS, documents, strict=True))


def _of(service: str, *verbs: str) -> list[Json]:
    return [f"{service}:{verb}" for verb in verbs]


_TAGS = ("TagResource", "UntagResource")
_READ = ("Describe*", "Get*", "List*")


def _image_and_function(names: Names) -> list[dict[str, Json]]:
    return [
        {"Sid": "LogInToImages", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {
            "Sid": "Images",
            "Action": _of(
                "ecr", *_READ, *_TAGS, "CreateRepository", "DeleteRepository", "PutImageTagMutability",
                "PutImageScanningConfiguration", "PutLifecyclePolicy", "DeleteLifecyclePolicy", "SetRepositoryPolicy",
                "DeleteRepositoryPolicy", "BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart",
                "CompleteLayerUpload", "PutImage", "BatchGetImage",
            ),
            "Resource": arn_of(names, "ecr", f"repository/{names.prefix}-*"),
        },
        {
            "Sid": "Function",
            "Action": _of(
                "lambda", "Get*", "List*", *_TAGS, "CreateFunction", "DeleteFunction", "UpdateFunctionCode",
                "UpdateFunctionConfiguration", "PublishVersion", "CreateAlias", "UpdateAlias", "DeleteAlias",
                "AddPermission", "RemovePermission", "PutFunctionConcurrency", "DeleteFunctionConcurrency",
            ),
            "Resource": arn_of(names, "lambda", f"function:{names.prefix}-*"),
        },
        {
            "Sid": "Warm",
            "Action": _of(
                "application-autoscaling", *_TAGS, "RegisterScalableTarget", "DeregisterScalableTarget",
                "DescribeScalableTargets", "PutScheduledAction", "DeleteScheduledAction", "DescribeScheduledActions",
                "PutScalingPolicy", "DeleteScalingPolicy", "DescribeScalingPolicies", "ListTagsForResource",
            ),
            "Resource": "*",
        },
        {
            # The first target of an account makes the role by which AWS keeps functions warm.
            "Sid": "WarmRole",
            "Action": "iam:CreateServiceLinkedRole",
            "Resource": "*",
            "Condition": {"StringEquals": {"iam:AWSServiceName": "lambda.application-autoscaling.amazonaws.com"}},
        },
        {
            "Sid": "Batches",
            "Action": _of(
                "states", *_TAGS, "CreateStateMachine", "UpdateStateMachine", "DeleteStateMachine",
                "DescribeStateMachine", "ListStateMachineVersions", "ListTagsForResource",
            ),
            "Resource": arn_of(names, "states", f"stateMachine:{names.prefix}-*"),
        },
        {"Sid": "TryDefinition", "Action": "states:ValidateStateMachineDefinition", "Resource": "*"},
        {
            "Sid": "Clock",
            "Action": _of(
                "events", *_TAGS, "PutRule", "DeleteRule", "DescribeRule", "PutTargets", "RemoveTargets",
                "ListTargetsByRule", "ListTagsForResource",
            ),
            "Resource": arn_of(names, "events", f"rule/{names.prefix}-*"),
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
            # AWS WAF asks for this when it is put before a stage.
            "Sid": "FirewallBeforeStage",
            "Action": "apigateway:SetWebACL",
            "Resource": f"arn:aws:apigateway:{names.region}::/restapis/*/stages/{names.stack}",
        },
        {
            "Sid": "Firewall",
            "Action": _of(
                "wafv2", "Get*", "List*", *_TAGS, "CreateWebACL", "UpdateWebACL", "DeleteWebACL", "AssociateWebACL",
                "DisassociateWebACL",
            ),
            "Resource": [
                arn_of(names, "wafv2", f"regional/webacl/{names.prefix}-*"),
                arn_of(names, "wafv2", "regional/managedruleset/*"),
                f"arn:aws:apigateway:{names.region}::/restapis/*/stages/{names.stack}",
            ],
        },
    ]  # fmt: skip


def _logs(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "Logs",
            "Action": _of(
                "logs", *_TAGS, "CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy", "DeleteRetentionPolicy",
                "PutLogGroupDeletionProtection", "PutMetricFilter", "DeleteMetricFilter", "DescribeMetricFilters",
                "PutSubscriptionFilter", "DeleteSubscriptionFilter", "DescribeSubscriptionFilters", "CreateLogStream",
                "DeleteLogStream", "DescribeLogStreams", "PutIndexPolicy", "DeleteIndexPolicy",
                "DescribeIndexPolicies", "ListTagsForResource",
            ),
            "Resource": [
                arn_of(names, "logs", f"log-group:/aws/{kind}/{names.prefix}-*")
                for kind in ("lambda", "apigateway", "kinesisfirehose", "vendedlogs/states", "ecs")
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
    ]  # fmt: skip


def _alarms(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "Alarms",
            "Action": _of(
                "cloudwatch", *_TAGS, "PutMetricAlarm", "PutCompositeAlarm", "DeleteAlarms", "PutDashboard",
                "DeleteDashboards", "GetDashboard", "ListTagsForResource",
            ),
            "Resource": [
                arn_of(names, "cloudwatch", f"alarm:{names.prefix}-*"),
                arn_of(names, "cloudwatch", f"dashboard/{names.prefix}-*", regional=False),
            ],
        },
        {"Sid": "ReadAlarms", "Action": ["cloudwatch:DescribeAlarms", "cloudwatch:ListDashboards"], "Resource": "*"},
        {
            "Sid": "Budget",
            "Action": [
                "budgets:ViewBudget", "budgets:ModifyBudget", "budgets:TagResource", "budgets:ListTagsForResource",
            ],
            "Resource": arn_of(names, "budgets", f"budget/{names.prefix}-*", regional=False),
        },
        {
            "Sid": "Topics",
            "Action": _of(
                "sns", *_TAGS, "CreateTopic", "DeleteTopic", "SetTopicAttributes", "GetTopicAttributes", "Subscribe",
                "ListTagsForResource",
            ),
            "Resource": arn_of(names, "sns", f"{names.prefix}-*"),
        },
        {
            "Sid": "Subscriptions",
            "Action": _of("sns", "GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe"),
            "Resource": "*",
        },
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
            "Resource": arn_of(names, "kms", "key/*"),
            "Condition": ours,
        },
        {
            "Sid": "KeyAlias",
            "Action": ["kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"],
            "Resource": arn_of(names, "kms", f"alias/{names.prefix}-*"),
        },
        {"Sid": "ListAliases", "Action": "kms:ListAliases", "Resource": "*"},
        {
            # What is in them is read by nobody here: a bucket that may be lost is emptied without.
            "Sid": "Buckets",
            "Action": _of(
                "s3", "GetBucket*", "GetAccelerateConfiguration", "GetEncryptionConfiguration",
                "GetLifecycleConfiguration", "GetReplicationConfiguration", "ListBucket", "ListBucketVersions",
                "ListTagsForResource", *_TAGS, "CreateBucket", "DeleteBucket", "PutBucketTagging",
                "PutBucketVersioning", "PutBucketPublicAccessBlock", "PutBucketOwnershipControls", "PutBucketPolicy",
                "DeleteBucketPolicy", "PutEncryptionConfiguration", "PutLifecycleConfiguration", "DeleteObject",
                "DeleteObjectVersion",
            ),
            "Resource": [*store_arns(names), *batch_arns(names), *capture_arns(names)],
        },
        {
            "Sid": "CaptureStream",
            "Action": _of(
                "firehose", "CreateDeliveryStream", "DeleteDeliveryStream", "DescribeDeliveryStream",
                "UpdateDestination", "StartDeliveryStreamEncryption", "StopDeliveryStreamEncryption",
                "TagDeliveryStream", "UntagDeliveryStream", "ListTagsForDeliveryStream",
            ),
            "Resource": arn_of(names, "firehose", f"deliverystream/{names.prefix}-*"),
        },
    ]  # fmt: skip


def _roles(names: Names, boundary_arn: str) -> list[dict[str, Json]]:
    roles = arn_of(names, "iam", f"role/{names.prefix}-*", regional=False)
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
            "Resource": arn_of(names, "iam", f"policy/{names.prefix}-*", regional=False),
        },
        {
            "Sid": "PassRoles",
            "Action": "iam:PassRole",
            "Resource": roles,
            "Condition": {"StringEquals": {"iam:PassedToService": PASSED_TO}},
        },
    ]  # fmt: skip
