"""What a function needs to mount shared storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from pulumi import Output

from infra.storage.file_system import MOUNT_PATH
from infra.storage.policies import mount_policy, vpc_policy

if TYPE_CHECKING:
    import pulumi_aws as aws

    from inference_lib.contract.document import Json
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


def mount_policies(names: Names, mount: Mount, *, writes: bool) -> dict[str, Output[dict[str, Json]]]:
    """Return the policies that let the role of a function mount shared storage, by name.

    Parameters
    ----------
    names : Names
        Names of the stack.
    mount : Mount
        Shared storage.
    writes : bool
        Whether models may be written as well as read.
    """
    arns = Output.all(mount.file_system_arn, mount.access_point_arn)
    return {
        "join-vpc": Output.from_input(vpc_policy(names)),
        "mount-models": arns.apply(lambda each: mount_policy(each[0], each[1], writes=writes)),
    }
