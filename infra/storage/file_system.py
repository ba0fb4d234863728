"""Models on a file system: a new model needs no new image."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.settings.subjects.model import BUNDLES
from infra.storage.policies import file_system_policy

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings
    from infra.storage.network import Network

MOUNT_PATH = "/mnt/models"
"""Mount path of the models; AWS Lambda accepts only paths below ``/mnt``."""

FOLDER = "/models"
"""Root directory of the access point; nothing outside it is visible."""
OWNER = 65_532
"""User and group of the files, for every writer; the same as in the image."""

# https://docs.aws.amazon.com/efs/latest/ug/network-access.html
NFS_PORT = 2049
_WAY = "NFS between clients and mount targets"


class Mount(NamedTuple):
    """What a function or a task needs to mount the models.

    Parameters
    ----------
    file_system_id, file_system_arn : Output of str
        The file system.
    access_point_id, access_point_arn : Output of str
        The access point.
    client_group : Output of str
        Security group that may connect to the mount targets.
    subnets : tuple of Output of str
        Subnets of the mount targets.
    mount_targets : tuple of MountTarget
        Mount targets to depend on; empty if they exist already.
    """

    file_system_id: Output[str]
    file_system_arn: Output[str]
    access_point_id: Output[str]
    access_point_arn: Output[str]
    client_group: Output[str]
    subnets: tuple[Output[str], ...]
    mount_targets: tuple[aws.efs.MountTarget, ...]


@dataclass(frozen=True, kw_only=True)
class SharedStorageArgs:
    """Arguments of ``SharedStorage``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Whether shared storage is on, and an existing file system.
    network : Network
        The network of the mount targets.
    """

    names: Names
    settings: StackSettings
    network: Network


class SharedStorage(pulumi.ComponentResource):
    """The file system of the models, if the settings enable it.

    Creates: the file system with its policy and backup, unless the settings name one; its mount targets, unless they
    name their security group; an access point, and the security groups between which NFS is allowed.

    Outputs: ``mount``, None without shared storage, and ``file_system_id``, empty then.
    """

    mount: Mount | None
    file_system_id: Output[str]

    def __init__(self, name: str, args: SharedStorageArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:storage:SharedStorage", name, None, opts)
        self.mount = self._storage(name, args) if args.settings.shared_storage else None
        self.file_system_id = self.mount.file_system_id if self.mount else Output.from_input("")
        self.register_outputs({"file_system_id": self.file_system_id})

    def _storage(self, name: str, args: SharedStorageArgs) -> Mount:
        file_system_id, file_system_arn = self._file_system(name, args)
        point = aws.efs.AccessPoint(
            f"{name}-models",
            file_system_id=file_system_id,
            posix_user={"uid": OWNER, "gid": OWNER},
            root_directory={
                "path": FOLDER,
                "creation_info": {"owner_uid": OWNER, "owner_gid": OWNER, "permissions": "0755"},
            },
            tags={**args.names.tags, "Name": args.names.of("models")},
            opts=ResourceOptions(parent=self),
        )
        client_group, storage_group, way_in = self._groups(name, args)
        own = args.settings.mount_target_group
        targets = () if own else self._targets(name, args, (file_system_id, storage_group), way_in)
        return Mount(
            file_system_id=file_system_id,
            file_system_arn=file_system_arn,
            access_point_id=point.id,
            access_point_arn=point.arn,
            client_group=client_group,
            subnets=args.network.private_subnets,
            mount_targets=targets,
        )

    def _file_system(self, name: str, args: SharedStorageArgs) -> tuple[Output[str], Output[str]]:
        names, settings = args.names, args.settings
        if settings.file_system_id:
            arn = f"arn:aws:elasticfilesystem:{names.region}:{names.account_id}:file-system/{settings.file_system_id}"
            return Output.from_input(settings.file_system_id), Output.from_input(arn)
        keeps = not settings.force_delete
        file_system = aws.efs.FileSystem(
            f"{name}-file-system",
            creation_token=names.of("models"),
            encrypted=True,
            # Many cold starts at once read far more than the burst credits of a small file system allow.
            throughput_mode="elastic",
            lifecycle_policies=[
                {"transition_to_ia": "AFTER_30_DAYS"},
                {"transition_to_primary_storage_class": "AFTER_1_ACCESS"},
            ],
            tags={**names.tags, "Name": names.of("models")},
            opts=ResourceOptions(parent=self, retain_on_delete=keeps, protect=settings.deletion_protection),
        )
        aws.efs.FileSystemPolicy(
            f"{name}-policy",
            file_system_id=file_system.id,
            policy=Output.json_dumps(file_system.arn.apply(file_system_policy)),
            opts=ResourceOptions(parent=self, retain_on_delete=keeps),
        )
        aws.efs.BackupPolicy(
            f"{name}-backup",
            file_system_id=file_system.id,
            backup_policy={"status": "ENABLED" if keeps else "DISABLED"},
            opts=ResourceOptions(parent=self, retain_on_delete=keeps),
        )
        return file_system.id, file_system.arn

    def _groups(
        self, name: str, args: SharedStorageArgs
    ) -> tuple[Output[str], Output[str], aws.vpc.SecurityGroupIngressRule]:
        client = self._group(name, args, "client", "Reads and writes models by NFS")
        own = args.settings.mount_target_group
        storage = Output.from_input(own) if own else self._group(name, args, "mount-target", "Holds models").id
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-nfs-out",
            security_group_id=client.id,
            referenced_security_group_id=storage,
            description=_WAY,
            ip_protocol="tcp",
            from_port=NFS_PORT,
            to_port=NFS_PORT,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        way_in = aws.vpc.SecurityGroupIngressRule(
            f"{name}-nfs-in",
            security_group_id=storage,
            referenced_security_group_id=client.id,
            description=_WAY,
            ip_protocol="tcp",
            from_port=NFS_PORT,
            to_port=NFS_PORT,
            tags=args.names.tags,
            # In another VPC the mount targets leave with it, see there.
            opts=ResourceOptions(parent=self, delete_before_replace=True),
        )
        return client.id, storage, way_in

    def _group(self, name: str, args: SharedStorageArgs, part: str, description: str) -> aws.ec2.SecurityGroup:
        return aws.ec2.SecurityGroup(
            f"{name}-{part}",
            name=args.names.of(f"models-{part}"),
            description=description,
            vpc_id=args.network.vpc_id,
            tags=args.names.tags,
            # Names are free in another VPC, and the function uses the old group until it has moved. With a fixed name
            # pulumi-aws would delete the old one first, which AWS refuses.
            opts=ResourceOptions(parent=self, delete_before_replace=False),
        )

    def _targets(
        self,
        name: str,
        args: SharedStorageArgs,
        system_and_group: tuple[Output[str], Output[str]],
        way_in: aws.vpc.SecurityGroupIngressRule,
    ) -> tuple[aws.efs.MountTarget, ...]:
        file_system_id, group = system_and_group
        return tuple(
            aws.efs.MountTarget(
                f"{name}-mount-target-{index}",
                file_system_id=file_system_id,
                subnet_id=subnet,
                security_groups=[group],
                # AWS refuses two mount targets of one file system in one availability zone, and those in two VPCs: the
                # rule that lets clients in is of one VPC, and with it all of them are deleted before one is made.
                opts=ResourceOptions(
                    parent=self, delete_before_replace=True, replace_with=[way_in], depends_on=[way_in]
                ),
            )
            for index, subnet in enumerate(args.network.private_subnets, 1)
        )


def bundle_path(settings: StackSettings) -> str:
    """Return the path of the bundle on the file system, which mirrors the folder of the bundles."""
    return f"{MOUNT_PATH}/{Path(settings.bundle).relative_to(BUNDLES).as_posix()}"
