"""What a function needs to mount shared storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.storage.file_system import MOUNT_PATH
from infra.storage.policies import mount_policy, vpc_policy

if TYPE_CHECKING:
    import pulumi

    from infra.naming import Names
    from infra.storage.file_system import Mount


class Mounted(TypedDict, total=False):
    """Arguments of a Lambda function that mounts shared storage; empty for one that does not."""

    file_system_config: aws.lambda_.FunctionFileSystemConfigArgsDict
    vpc_config: aws.lambda_.FunctionVpcConfigArgsDict


def mounted(mount: Mount | None) -> Mounted:
    """Return the arguments of a Lambda function that mounts shared storage."""
    if mount is None:
        return {}
    return {
        "file_system_config": {"arn": mount.access_point_arn, "local_mount_path": MOUNT_PATH},
        "vpc_config": {"subnet_ids": list(mount.subnets), "security_group_ids": [mount.client_group]},
    }


def grant(
    component: pulumi.Resource, names: Names, role: aws.iam.Role, mount: Mount, *, writes: bool
) -> list[pulumi.Resource]:
    """Let a role mount shared storage; returns what the function has to wait for.

    Parameters
    ----------
    component : Resource
        Whose the policies are.
    names : Names
        Of the stack.
    role : Role
        Of the function.
    mount : Mount
        Shared storage.
    writes : bool
        Whether models may be written, and not only read.
    """
    name = component.pulumi_resource_name
    join = aws.iam.RolePolicy(
        f"{name}-join-vpc",
        name="join-vpc",
        role=role.name,
        policy=Output.json_dumps(vpc_policy(names)),
        opts=ResourceOptions(parent=component),
    )
    arns = Output.all(mount.file_system_arn, mount.access_point_arn)
    mounts = aws.iam.RolePolicy(
        f"{name}-mount-models",
        name="mount-models",
        role=role.name,
        policy=Output.json_dumps(arns.apply(lambda each: mount_policy(each[0], each[1], writes=writes))),
        opts=ResourceOptions(parent=component),
    )
    return [join, mounts, *mount.mount_targets]
