"""The IAM policies of shared storage, as pure functions; ``docs/permissions.md`` is made from them."""

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
"""What AWS Lambda does in the name of a function that is in a VPC."""


def file_system_policy(file_system_arn: str) -> dict[str, Json]:
    """Return the policy of the file system: nobody mounts it without TLS or without a right of their own.

    That there is a policy at all shuts out clients that come by the network alone.

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
    """Return what a role may do with the models: read them through the access point, and write them if it must.

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
    """Return what AWS Lambda needs to put the functions into a VPC; their own code may do nothing of it.

    EC2 knows no resource for most of these actions, and the interfaces are named by AWS.

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
        Held("bucket of the models, with modelStore", tls_policy(f"arn:aws:s3:::{names.model_store}")),
        Held("file system, with sharedStorage", file_system_policy(file_system)),
        *(
            Held(f"role of the {who}", mount_policy(file_system, point, writes=writes))
            for who, writes in (("function, with modelSource efs", False), ("function that uploads", True))
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
