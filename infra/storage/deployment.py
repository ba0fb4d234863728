"""What a deployment may do for the buckets, the network of one stack and its shared storage.

What EC2 and Amazon EFS make is named by AWS: it may be changed where it bears the tags of the stack, and gets these
tags while it is made [1]_ [2]_. A security group or file system of yours that the settings name is changed by a
deployment only when you have tagged it so.

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
    """Return a bucket, and what is in it."""
    return [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]


def _buckets(names: Names) -> list[dict[str, Json]]:
    buckets = (names.model_store, names.batch_bucket, names.capture_bucket)
    return [
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
            # While it is made, and not later: who may tag what stands could make it the stack's own.
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
            # The default group of a new VPC, which AWS makes without a tag, is emptied.
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
