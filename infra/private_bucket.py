"""A bucket that nobody outside the account sees: encrypted, without public access, by TLS alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.policies import tls_policy

if TYPE_CHECKING:
    from pulumi import ComponentResource

UNFINISHED_DAYS = 7
"""An upload that is not finished by then never will be."""


def private_bucket(
    name: str, parent: ComponentResource, bucket_name: str, tags: dict[str, str], *, force_destroy: bool
) -> aws.s3.Bucket:
    """Declare a bucket with its encryption, public access block, ownership, and the policy that refuses plain HTTP.

    Parameters
    ----------
    name : str
        Of the component, which starts the names of the resources.
    parent : ComponentResource
        The component.
    bucket_name : str
        As S3 knows it.
    tags : dict of str to str
        Of the bucket.
    force_destroy : bool
        Whether it may be deleted with what is in it.
    """
    bucket = aws.s3.Bucket(
        f"{name}-bucket",
        bucket=bucket_name,
        force_destroy=force_destroy,
        tags=tags,
        opts=ResourceOptions(parent=parent),
    )
    block = aws.s3.BucketPublicAccessBlock(
        f"{name}-public-access",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=ResourceOptions(parent=parent),
    )
    aws.s3.BucketOwnershipControls(
        f"{name}-ownership",
        bucket=bucket.id,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=ResourceOptions(parent=parent),
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-encryption",
        bucket=bucket.id,
        rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
        opts=ResourceOptions(parent=parent),
    )
    aws.s3.BucketPolicy(
        f"{name}-policy",
        bucket=bucket.id,
        policy=Output.json_dumps(bucket.arn.apply(tls_policy)),
        # S3 refuses two changes of a bucket's access at once.
        opts=ResourceOptions(parent=parent, depends_on=[block]),
    )
    return bucket
