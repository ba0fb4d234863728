"""Where versions of models are kept: the bucket that DVC pushes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.private_bucket import UNFINISHED_DAYS, private_bucket

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.stack_settings import StackSettings

FOLDER = "dvc"
"""Of the bucket: the rest is free for data."""


@dataclass(frozen=True, kw_only=True)
class ModelStoreArgs:
    """What a ``ModelStore`` is made of.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Whether there is one, and how long overwritten and deleted files are kept.
    """

    names: Names
    settings: StackSettings


class ModelStore(pulumi.ComponentResource):
    """The store of models, when the settings ask for one.

    Creates: the bucket; its versioning, encryption, public access block, ownership, lifecycle, and the policy that
    refuses connections without TLS.

    Outputs: ``url``, which DVC takes for a remote; empty when there is no store.
    """

    url: Output[str]

    def __init__(self, name: str, args: ModelStoreArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:model_store:ModelStore", name, None, opts)
        self.url = self._store(name, args) if args.settings.model_store else Output.from_input("")
        self.register_outputs({"url": self.url})

    def _store(self, name: str, args: ModelStoreArgs) -> Output[str]:
        bucket = private_bucket(
            name, self, args.names.model_store, args.names.tags, force_destroy=args.settings.force_delete
        )
        self._versions(name, args, bucket)
        return Output.concat("s3://", bucket.bucket, f"/{FOLDER}")

    def _versions(self, name: str, args: ModelStoreArgs, bucket: aws.s3.Bucket) -> None:
        versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=bucket.id,
            versioning_configuration={"status": "Enabled"},
            opts=ResourceOptions(parent=self),
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.id,
            rules=[
                {
                    "id": "old-versions",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrent_version_expiration": {"noncurrent_days": args.settings.model_store_days},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": UNFINISHED_DAYS},
                }
            ],
            # Rules for old versions need a bucket that keeps them.
            opts=ResourceOptions(parent=self, depends_on=[versioning]),
        )
