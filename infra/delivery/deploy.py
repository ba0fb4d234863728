"""What the deployment of one stack may do, as a pure function: nothing beyond the resources that bear its name.

Where a statement reaches ``*`` for a resource, AWS knows no resource for the action, or the name is not known before.

Actions that change something are listed one by one, as the AWS provider calls them; a test compares them with what it
calls. Actions that read are not where there are many: a newer provider may read a property more.

References
----------
.. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
.. [2] https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.delivery.deploy_monitoring import watch_statements
from infra.delivery.deploy_options import console_statements, network_statements
from infra.delivery.policies import TAGS, actions, arn_of, batch_arns, capture_arns, store_arns
from infra.permissions.policies import document

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names

PASSED_TO: list[Json] = [
    f"{service}.amazonaws.com" for service in ("lambda", "chatbot", "states", "firehose", "logs", "ecs-tasks")
]
"""Services that a role of the stack may be given to."""


DEPLOYMENT = ("serve", "watch", "keep", "network", "console")
"""The policies of a deployment."""


def deploy_policies(names: Names, boundary_arn: str) -> dict[str, dict[str, Json]]:
    """Return what the deployment of one stack may do: five policies, because AWS takes no longer ones [2]_.

    Parameters
    ----------
    names : Names
        Of the stack; its model is not read.
    boundary_arn : str
        Roles are made within this boundary only.
    """
    return {
        "serve": document(*_image_and_function(names), *_gateway(names)),
        "watch": document(*watch_statements(names)),
        "keep": document(*_keys_and_buckets(names), *_roles(names, boundary_arn)),
        "network": document(*network_statements(names)),
        "console": document(*console_statements(names)),
    }


_READ = ("Describe*", "Get*", "List*")


def _image_and_function(names: Names) -> list[dict[str, Json]]:
    return [
        {"Sid": "LogInToImages", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {
            "Sid": "Images",
            "Action": actions(
                "ecr", *_READ, *TAGS, "CreateRepository", "DeleteRepository", "PutImageTagMutability",
                "PutImageScanningConfiguration", "PutLifecyclePolicy", "DeleteLifecyclePolicy", "SetRepositoryPolicy",
                "DeleteRepositoryPolicy", "BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart",
                "CompleteLayerUpload", "PutImage", "BatchGetImage",
            ),
            "Resource": arn_of(names, "ecr", f"repository/{names.prefix}-*"),
        },
        {
            "Sid": "Function",
            "Action": actions(
                "lambda", "Get*", "List*", *TAGS, "CreateFunction", "DeleteFunction", "UpdateFunctionCode",
                "UpdateFunctionConfiguration", "PublishVersion", "CreateAlias", "UpdateAlias", "DeleteAlias",
                "AddPermission", "RemovePermission", "PutFunctionConcurrency", "DeleteFunctionConcurrency",
            ),
            "Resource": arn_of(names, "lambda", f"function:{names.prefix}-*"),
        },
        {
            # Bundles go to shared storage through this function alone.
            "Sid": "UploadBundle",
            "Action": "lambda:InvokeFunction",
            "Resource": arn_of(names, "lambda", f"function:{names.upload_function}"),
        },
        {
            "Sid": "Warm",
            "Action": actions(
                "application-autoscaling", *TAGS, "RegisterScalableTarget", "DeregisterScalableTarget",
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
            "Action": actions(
                "states", *TAGS, "CreateStateMachine", "UpdateStateMachine", "DeleteStateMachine",
                "DescribeStateMachine", "ListStateMachineVersions", "ListTagsForResource",
            ),
            "Resource": arn_of(names, "states", f"stateMachine:{names.prefix}-*"),
        },
        {"Sid": "TryDefinition", "Action": "states:ValidateStateMachineDefinition", "Resource": "*"},
        {
            "Sid": "Clock",
            "Action": actions(
                "events", *TAGS, "PutRule", "DeleteRule", "DescribeRule", "PutTargets", "RemoveTargets",
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
            "Action": actions(
                "wafv2", "Get*", "List*", *TAGS, "CreateWebACL", "UpdateWebACL", "DeleteWebACL", "AssociateWebACL",
                "DisassociateWebACL",
            ),
            "Resource": [
                arn_of(names, "wafv2", f"regional/webacl/{names.prefix}-*"),
                arn_of(names, "wafv2", "regional/managedruleset/*"),
                f"arn:aws:apigateway:{names.region}::/restapis/*/stages/{names.stack}",
            ],
        },
    ]  # fmt: skip


def _keys_and_buckets(names: Names) -> list[dict[str, Json]]:
    ours: Json = {"StringEquals": {"aws:ResourceTag/stack": names.stack, "aws:ResourceTag/project": "inference"}}
    made_ours: dict[str, Json] = {
        "StringEquals": {"aws:RequestTag/stack": names.stack, "aws:RequestTag/project": "inference"}
    }
    return [
        {"Sid": "MakeKey", "Action": "kms:CreateKey", "Resource": "*", "Condition": made_ours},
        {
            # AWS KMS does not tell a new key from another without tags: what bears a tag of a stack is none to take.
            "Sid": "TagNewKey",
            "Action": "kms:TagResource",
            "Resource": "*",
            "Condition": {**made_ours, "Null": {"aws:ResourceTag/stack": "true", "aws:ResourceTag/project": "true"}},
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
            "Action": actions(
                "s3", "GetBucket*", "GetAccelerateConfiguration", "GetEncryptionConfiguration",
                "GetLifecycleConfiguration", "GetReplicationConfiguration", "ListBucket", "ListBucketVersions",
                "ListTagsForResource", *TAGS, "CreateBucket", "DeleteBucket", "PutBucketTagging",
                "PutBucketVersioning", "PutBucketPublicAccessBlock", "PutBucketOwnershipControls", "PutBucketPolicy",
                "DeleteBucketPolicy", "PutEncryptionConfiguration", "PutLifecycleConfiguration", "DeleteObject",
                "DeleteObjectVersion",
            ),
            "Resource": [*store_arns(names), *batch_arns(names), *capture_arns(names)],
        },
        {
            "Sid": "CaptureStream",
            "Action": actions(
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
