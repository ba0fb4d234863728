"""A private bucket: encrypted, without public access, over TLS only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.iam import tls_policy

if TYPE_CHECKING:
    import pulumi

UNFINISHED_DAYS = 7
"""Days after which an unfinished upload is deleted."""


@dataclass(frozen=True, kw_only=True)
class PrivateBucketArgs:
    """Arguments of a private bucket.

    Parameters
    ----------
    bucket : str
        Its name, unique across accounts.
    rules : list of dict
        Rules of the lifecycle.
    tags : dict of str to str
        Tags of the bucket.
    force_destroy : bool
        Whether ``pulumi destroy`` may delete it with its content.
    keeps_versions : bool
        Whether overwritten and deleted files are kept, for as long as the rules say.
    """

    bucket: str
    rules: list[aws.s3.BucketLifecycleConfigurationRuleArgsDict]
    tags: dict[str, str]
    force_destroy: bool
    keeps_versions: bool = True


def private_bucket(name: str, args: PrivateBucketArgs, parent: pulumi.ComponentResource) -> aws.s3.Bucket:
    """Declare a bucket and its configuration.

    Creates: the bucket; its versioning if it keeps versions, encryption, public access block, ownership, lifecycle, and
    the policy that refuses connections without TLS.

    Parameters
    ----------
    name : str
        Prefix of the names of the resources in Pulumi.
    args : PrivateBucketArgs
        The arguments of the bucket.
    parent : ComponentResource
        Parent of the resources.
    """
    opts = ResourceOptions(parent=parent)
    bucket = aws.s3.Bucket(
        f"{name}-bucket", bucket=args.bucket, force_destroy=args.force_destroy, tags=args.tags, opts=opts
    )
    aws.s3.BucketOwnershipControls(
        f"{name}-ownership", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}, opts=opts
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-encryption",
        bucket=bucket.id,
        rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
        opts=opts,
    )
    _lifecycle(name, args, bucket, parent)
    _close(name, bucket, parent)
    return bucket


def _lifecycle(name: str, args: PrivateBucketArgs, bucket: aws.s3.Bucket, parent: pulumi.ComponentResource) -> None:
    versioning = [
        aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=bucket.id,
            versioning_configuration={"status": "Enabled"},
            opts=ResourceOptions(parent=parent),
        )
        for _ in range(args.keeps_versions)
    ]
    aws.s3.BucketLifecycleConfiguration(
        f"{name}-lifecycle",
        bucket=bucket.id,
        rules=args.rules,
        # Rules for old versions need a bucket that keeps them.
        opts=ResourceOptions(parent=parent, depends_on=versioning),
    )


def _close(name: str, bucket: aws.s3.Bucket, parent: pulumi.ComponentResource) -> None:
    block = aws.s3.BucketPublicAccessBlock(
        f"{name}-public-access",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=ResourceOptions(parent=parent),
    )
    aws.s3.BucketPolicy(
        f"{name}-policy",
        bucket=bucket.id,
        policy=Output.json_dumps(bucket.arn.apply(tls_policy)),
        # S3 rejects two concurrent changes of a bucket's access.
        opts=ResourceOptions(parent=parent, depends_on=[block]),
    )


def old_versions(days: int) -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    """Return the lifecycle rule that keeps overwritten and deleted files for a number of days."""
    return {
        "id": "old-versions",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "noncurrent_version_expiration": {"noncurrent_days": days},
        "abort_incomplete_multipart_upload": {"days_after_initiation": UNFINISHED_DAYS},
    }
