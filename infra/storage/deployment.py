"""Permissions of a deployment for the buckets, the network and the shared storage of one stack.

AWS names the resources of EC2 and Amazon EFS: a deployment may change those with the tags of the stack, and sets these
tags on creation [1]_ [2]_. An existing security group or file system that the settings name is changed only if it has
these tags.

References
----------
.. [1] https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
.. [2] https://docs.aws.amazon.com/efs/latest/ug/using-tags-efs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.iam import KEEP, NETWORK, TAGS, actions, arn_of, of_stack

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names

_MAKING_NETWORK = (
    "CreateVpc", "CreateSubnet", "CreateRouteTable", "CreateVpcEndpoint", "CreateInternetGateway",
    "CreateSecurityGroup",
)  # fmt: skip
_MAKING_RULES = ("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress")
_MAKING_STORAGE = ("CreateFileSystem", "CreateAccessPoint")


def deployment(names: Names) -> dict[str, list[dict[str, Json]]]:
    """Return the statements, by the policy of the deployment."""
    return {KEEP: _buckets(names), NETWORK: [*_network(names), *_group_rules(names), *_storage(names)]}


def bucket_arns(bucket: str) -> list[Json]:
    """Return the ARNs of a bucket and its content."""
    return [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]


def _buckets(names: Names) -> list[dict[str, Json]]:
    buckets = (names.model_store, names.batch_bucket, names.capture_bucket)
    return [
        {
            # A deployment cannot read the content of buckets; emptying one does not need that.
            "Sid": "Buckets",
            "Action": actions(
                "s3", "GetBucket*", "GetAccelerateConfiguration", "GetEncryptionConfiguration",
                "GetLifecycleConfiguration", "GetReplicationConfiguration", "ListBucket", "ListBucketVersions",
                "ListTagsForResource", *TAGS, "CreateBucket", "DeleteBucket", "PutBucketTagging",
                "PutBucketVersioning", "PutBucketPublicAccessBlock", "PutBucketOwnershipControls", "PutBucketPolicy",
                "DeleteBucketPolicy", "PutEncryptionConfiguration", "PutLifecycleConfiguration", "DeleteObject",
                "DeleteObjectVersion",
            ),
            "Resource": [arn for bucket in buckets for arn in bucket_arns(bucket)],
        },
    ]  # fmt: skip


def _network(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "ReadNetworkAndMakeIt",
            "Action": ["ec2:Describe*", "ec2:CreateNetworkInterface", *(f"ec2:{verb}" for verb in _MAKING_NETWORK)],
            "Resource": "*",
        },
        {
            # On creation only: a role that may tag existing resources could make them the stack's own.
            "Sid": "TagNewNetwork",
            "Action": "ec2:CreateTags",
            "Resource": "*",
            "Condition": of_stack(names, "Request", "ec2:CreateAction", *_MAKING_NETWORK, *_MAKING_RULES),
        },
        {
            "Sid": "Network",
            "Action": [
                "ec2:DeleteVpc*", "ec2:ModifyVpc*", "ec2:*Subnet", "ec2:ModifySubnetAttribute", "ec2:*RouteTable",
                "ec2:CreateRoute", "ec2:DeleteRoute", "ec2:*InternetGateway", "ec2:DeleteSecurityGroup",
                "ec2:CreateTags", "ec2:DeleteTags",
            ],
            "Resource": "*",
            "Condition": of_stack(names, "Resource"),
        },
    ]  # fmt: skip


def _group_rules(names: Names) -> list[dict[str, Json]]:
    groups, rules = (arn_of(names, "ec2", f"{kind}/*") for kind in ("security-group", "security-group-rule"))
    changes: list[Json] = ["ec2:*SecurityGroupIngress", "ec2:*SecurityGroupEgress", "ec2:ModifySecurityGroupRules"]
    return [
        {"Sid": "GroupRules", "Action": changes, "Resource": groups, "Condition": of_stack(names, "Resource")},
        # A rule is changed with its group, which the statement above describes.
        {"Sid": "RulesOfGroups", "Action": changes, "Resource": rules},
        {
            # The default group of a new VPC, which AWS creates without tags, is emptied.
            "Sid": "EmptyDefaultGroup",
            "Action": ["ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"],
            "Resource": groups,
            "Condition": {"Null": {"aws:ResourceTag/stack": "true"}},
        },
    ]


def _storage(names: Names) -> list[dict[str, Json]]:
    places: list[Json] = [arn_of(names, "elasticfilesystem", f"{kind}/*") for kind in ("file-system", "access-point")]
    return [
        {
            "Sid": "MakeFileSystem",
            "Action": actions("elasticfilesystem", "Describe*", "CreateFileSystem", "ListTagsForResource"),
            "Resource": "*",
        },
        {
            "Sid": "TagNewFileSystem",
            "Action": "elasticfilesystem:TagResource",
            "Resource": places,
            "Condition": of_stack(names, "Request", "elasticfilesystem:CreateAction", *_MAKING_STORAGE),
        },
        {
            "Sid": "FileSystem",
            "Action": actions(
                "elasticfilesystem", *TAGS, "CreateAccessPoint", "CreateMountTarget", "UpdateFileSystem",
                "UpdateFileSystemProtection", "DeleteFileSystem", "DeleteAccessPoint", "DeleteMountTarget",
                "ModifyMountTargetSecurityGroups", "PutLifecycleConfiguration", "PutBackupPolicy",
                "PutFileSystemPolicy", "DeleteFileSystemPolicy",
            ),
            "Resource": places,
            "Condition": of_stack(names, "Resource"),
        },
    ]  # fmt: skip
