"""The settings of shared storage and of the network around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.settings.agreement import Disagreement, Subject, agreement, needs
from infra.settings.field import setting
from infra.settings.values.networks import SUBNETS
from infra.settings.values.rule import items, word_of
from infra.settings.values.words import FLAG, choice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.agreement import Values

EFS = "efs"

# https://docs.aws.amazon.com/efs/latest/ug/API_FileSystemDescription.html
FILE_SYSTEM = word_of("the id of a file system", r"fs-[0-9a-f]{8,40}", "fs- followed by hexadecimal digits")
SECURITY_GROUP = word_of("the id of a security group", r"sg-[0-9a-f]{8,40}", "sg- followed by hexadecimal digits")


@dataclass(frozen=True, kw_only=True)
class StorageSettings:
    """Whether bundles are on a file system instead of in the image, and in which network it is."""

    shared_storage: bool = setting(
        default=False,
        rule=FLAG,
        description="Whether the stack has a file system (Amazon EFS) for models, in a VPC without NAT, and a function "
        "that writes bundles to it (docs/shared-storage.md)",
    )
    model_source: str = setting(
        "image",
        choice("image", EFS),
        "Where the function reads its bundle; efs means shared storage, so that a new model needs no new image",
        EFS,
    )
    file_system_id: str = setting(
        "",
        FILE_SYSTEM,
        "Existing file system, such as one kept from a deleted stack; empty creates one",
        "fs-0123456789abcdef0",
    )
    mount_target_group: str = setting(
        "",
        SECURITY_GROUP,
        "Security group of the existing mount targets of fileSystemId in the VPC of subnetIds; empty creates mount "
        "targets",
        "sg-0123456789abcdef0",
    )
    subnet_ids: str = setting(
        "",
        SUBNETS,
        "Existing private subnets for shared storage, one in each availability zone; empty creates a VPC",
        "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
    )

    @property
    def is_served_from_storage(self) -> bool:
        """Whether the bundle is on shared storage and not in the image."""
        return self.model_source == EFS

    @property
    def private_subnets(self) -> tuple[str, ...]:
        """Existing subnets for the functions and the mount targets."""
        return items(self.subnet_ids)


@agreement("mount_target_group", "file_system_id", "subnet_ids")
def _mount_targets_are_somewhere(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["mount_target_group"]:
        for name in ("file_system_id", "subnet_ids"):
            if not values[name]:
                yield Disagreement(name, f"is missing, while {namespace}:mountTargetGroup names existing mount targets")


@agreement("shadow_bundle", "model_source")
def _shadow_is_in_the_image(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["shadow_bundle"] and values["model_source"] == EFS:
        yield Disagreement(
            "model_source",
            f"efs cannot be combined with {namespace}:shadowBundle, whose bundle is in the image",
            f"image, or no {namespace}:shadowBundle",
            "image",
        )


SUBJECT = Subject(
    "Shared storage",
    StorageSettings,
    (
        needs("model_source", "shared_storage", "image"),
        needs("file_system_id", "shared_storage"),
        needs("subnet_ids", "shared_storage"),
        _mount_targets_are_somewhere,
        _shadow_is_in_the_image,
    ),
)
