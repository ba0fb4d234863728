"""The model store: the bucket that DVC pushes versions of models to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi import Output, ResourceOptions

from infra.outputs import Exports
from infra.storage.bucket import PrivateBucketArgs, old_versions, private_bucket

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

FOLDER = "dvc"
"""Prefix of the models in the bucket; the rest is free for data."""


@dataclass(frozen=True, kw_only=True)
class ModelStoreArgs:
    """Arguments of ``ModelStore``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Whether the store is on, and how long overwritten and deleted files are kept.
    """

    names: Names
    settings: StackSettings


class ModelStore(pulumi.ComponentResource):
    """The store of models, if the settings enable it.

    Creates: the bucket, with what ``private_bucket`` puts around it.

    Outputs: ``url``, the DVC remote, empty without a store; ``exports``.
    """

    url: Output[str]
    exports: Exports

    def __init__(self, name: str, args: ModelStoreArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:storage:ModelStore", name, None, opts)
        self.url = self._store(name, args) if args.settings.model_store else Output.from_input("")
        self.exports = {"model_store": self.url}
        self.register_outputs({"url": self.url})

    def _store(self, name: str, args: ModelStoreArgs) -> Output[str]:
        bucket = private_bucket(
            name,
            PrivateBucketArgs(
                bucket=args.names.model_store,
                rules=[old_versions(args.settings.model_store_days)],
                tags=args.names.tags,
                force_destroy=args.settings.force_delete,
            ),
            self,
        )
        return Output.concat("s3://", bucket.bucket, f"/{FOLDER}")
