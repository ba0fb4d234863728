"""The IAM policies of shared storage, as pure functions; ``docs/permissions.md`` lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.iam import Held, Permissions, arn_of, document, tls_policy
from infra.storage.deployment import deployment

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names

NETWORK_INTERFACE: list[Json] = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]
"""Actions of AWS Lambda on behalf of a function in a VPC."""


def file_system_policy(file_system_arn: str) -> dict[str, Json]:
    """Return the policy of the file system: clients need TLS and an IAM permission to mount it.

    The existence of a policy excludes clients that have network access only.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
    """
    return document(
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": [
                "elasticfilesystem:ClientMount",
                "elasticfilesystem:ClientRootAccess",
                "elasticfilesystem:ClientWrite",
            ],
            "Resource": file_system_arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )


def mount_policy(file_system_arn: str, access_point_arn: str, *, writes: bool) -> dict[str, Json]:
    """Return the policy of a role for the models: read them through the access point, and optionally write them.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
    """
    actions: list[Json] = ["elasticfilesystem:ClientMount"]
    return document(
        {
            "Sid": "WriteModels" if writes else "ReadModels",
            "Action": [*actions, "elasticfilesystem:ClientWrite"] if writes else actions,
            "Resource": file_system_arn,
            "Condition": {"StringEquals": {"elasticfilesystem:AccessPointArn": access_point_arn}},
        }
    )


def vpc_policy(names: Names) -> dict[str, Json]:
    """Return the policy that AWS Lambda needs to attach functions to a VPC, denied to the functions' own code.

    EC2 supports no resource for most of these actions, and AWS names the interfaces.

    References
    ----------
    .. [1] https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    """
    return document(
        {"Sid": "ServiceMakesInterfaces", "Action": NETWORK_INTERFACE, "Resource": "*"},
        {
            "Sid": "CodeMakesNone",
            "Effect": "Deny",
            "Action": NETWORK_INTERFACE,
            "Resource": "*",
            "Condition": {"ArnLike": {"lambda:SourceFunctionArn": names.all_function_arns}},
        },
    )


def _held(names: Names) -> tuple[Held, ...]:
    file_system, point = (arn_of(names, "elasticfilesystem", kind) for kind in ("file-system/ID", "access-point/ID"))
    return (
        Held("model bucket, with modelStore", tls_policy(f"arn:aws:s3:::{names.model_store}")),
        Held("file system, with sharedStorage", file_system_policy(file_system)),
        *(
            Held(who, mount_policy(file_system, point, writes=writes))
            for who, writes in (("function role, with modelSource efs", False), ("upload function role", True))
        ),
        Held("roles of both functions", vpc_policy(names)),
    )


def _boundary(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "MountModels",
            "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
            "Resource": arn_of(names, "elasticfilesystem", "file-system/*"),
        },
        {"Sid": "ServiceMakesInterfaces", "Action": NETWORK_INTERFACE, "Resource": "*"},
    ]  # fmt: skip


PERMISSIONS = Permissions(_held, deployment, _boundary)
