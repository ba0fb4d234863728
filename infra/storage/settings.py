"""The settings of shared storage and of the network around it."""

from __future__ import annotations

from dataclasses import dataclass

from infra.settings import limits
from infra.settings.field import setting
from infra.settings.text_rules import items


@dataclass(frozen=True, kw_only=True)
class StorageSettings:
    """What differs between environments in shared storage.

    Parameters
    ----------
    shared_storage : bool
        Whether the stack has a file system for models.
    model_source : str
        Where the function reads its bundle: ``image`` or ``efs``.
    file_system_id : str
        The file system that exists already; empty makes one.
    mount_target_group : str
        Security group of its mount targets; empty makes these.
    subnet_ids : str
        Private subnets that exist already; empty makes a VPC.
    """

    shared_storage: bool = setting(default=False, rule=limits.FLAG)
    model_source: str = setting("image", limits.MODEL_SOURCE, "efs")
    file_system_id: str = setting("", limits.FILE_SYSTEM, "fs-0123456789abcdef0")
    mount_target_group: str = setting("", limits.SECURITY_GROUP, "sg-0123456789abcdef0")
    subnet_ids: str = setting("", limits.SUBNETS, "subnet-0123456789abcdef0,subnet-0123456789abcdef1")

    @property
    def is_served_from_storage(self) -> bool:
        """Whether the bundle is on shared storage and not in the image."""
        return self.model_source == limits.EFS

    @property
    def private_subnets(self) -> tuple[str, ...]:
        """Subnets that exist already, of the functions and the mount targets."""
        return items(self.subnet_ids)
