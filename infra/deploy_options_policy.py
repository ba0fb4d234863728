"""What a deployment may do for shared storage and the console, as a pure function.

What EC2, Amazon EFS and Amazon Cognito make is named by AWS: it may be changed where it bears the tags of the stack,
and is made with them. Rules of security groups are an exception: a VPC's own group is emptied before it is tagged.

References
----------
.. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.delivery_policies import TAGS, actions, arn_of

if TYPE_CHECKING:
    from inference_lib.contract import Json
    from infra.naming import Names

SERVICES: list[Json] = [
    f"{service}.amazonaws.com" for service in ("backup", "ecs", "elasticfilesystem", "elasticloadbalancing")
]
"""They make themselves a role when an account uses them for the first time."""


def option_statements(names: Names) -> list[dict[str, Json]]:
    """Return what a deployment may do for shared storage and the console of one stack."""
    ours: Json = {"StringEquals": {"aws:ResourceTag/stack": names.stack, "aws:ResourceTag/project": "inference"}}
    made_ours: Json = {"StringEquals": {"aws:RequestTag/stack": names.stack, "aws:RequestTag/project": "inference"}}
    return [*_network(ours, made_ours), *_storage(names, ours), *_console(names, ours, made_ours)]


def _network(ours: Json, made_ours: Json) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "ReadNetworkAndMakeIt",
            "Action": [
                "ec2:Describe*", "ec2:CreateVpc", "ec2:CreateSubnet", "ec2:CreateRouteTable", "ec2:CreateVpcEndpoint",
                "ec2:CreateInternetGateway", "ec2:CreateSecurityGroup", "ec2:CreateNetworkInterface",
                "ec2:*SecurityGroupIngress", "ec2:*SecurityGroupEgress", "ec2:ModifySecurityGroupRules",
            ],
            "Resource": "*",
        },
        {"Sid": "TagNetwork", "Action": "ec2:CreateTags", "Resource": "*", "Condition": made_ours},
        {
            "Sid": "Network",
            "Action": [
                "ec2:DeleteVpc*", "ec2:ModifyVpc*", "ec2:*Subnet", "ec2:ModifySubnetAttribute", "ec2:*RouteTable",
                "ec2:CreateRoute", "ec2:DeleteRoute", "ec2:*InternetGateway", "ec2:DeleteSecurityGroup",
                "ec2:DeleteTags",
            ],
            "Resource": "*",
            "Condition": ours,
        },
    ]  # fmt: skip


def _storage(names: Names, ours: Json) -> list[dict[str, Json]]:
    places: list[Json] = [arn_of(names, "elasticfilesystem", f"{kind}/*") for kind in ("file-system", "access-point")]
    return [
        {
            "Sid": "MakeFileSystem",
            "Action": [
                f"elasticfilesystem:{verb}"
                for verb in (
                    "Describe*", "CreateFileSystem", "CreateAccessPoint", "CreateMountTarget", "ListTagsForResource",
                    "TagResource",
                )
            ],
            "Resource": "*",
        },
        {
            "Sid": "FileSystem",
            "Action": actions(
                "elasticfilesystem", *TAGS, "UpdateFileSystem", "UpdateFileSystemProtection", "DeleteFileSystem",
                "DeleteAccessPoint", "DeleteMountTarget", "ModifyMountTargetSecurityGroups",
                "PutLifecycleConfiguration", "PutBackupPolicy", "PutFileSystemPolicy", "DeleteFileSystemPolicy",
            ),
            "Resource": places,
            "Condition": ours,
        },
    ]  # fmt: skip


def _console(names: Names, ours: Json, made_ours: Json) -> list[dict[str, Json]]:
    balancing = [f"{kind}/{names.prefix}-*" for kind in ("loadbalancer/app", "listener/app", "targetgroup")]
    return [
        {
            "Sid": "ConsoleService",
            "Action": actions(
                "ecs", "Describe*", "List*", *TAGS, "CreateCluster", "UpdateCluster", "UpdateClusterSettings",
                "PutClusterCapacityProviders", "DeleteCluster", "CreateService", "UpdateService", "DeleteService",
            ),
            "Resource": [
                arn_of(names, "ecs", f"{kind}/{names.prefix}-*") for kind in ("cluster", "service", "task-definition")
            ],
        },
        {
            "Sid": "ConsoleTask",
            "Action": ["ecs:RegisterTaskDefinition", "ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition"],
            "Resource": "*",
        },
        {
            "Sid": "ConsoleBalancer",
            "Action": actions(
                "elasticloadbalancing", "AddTags", "RemoveTags", "CreateLoadBalancer", "DeleteLoadBalancer",
                "ModifyLoadBalancerAttributes", "SetSecurityGroups", "SetSubnets", "SetIpAddressType",
                "CreateTargetGroup", "DeleteTargetGroup", "ModifyTargetGroup", "ModifyTargetGroupAttributes",
                "CreateListener", "DeleteListener", "ModifyListener", "ModifyListenerAttributes",
            ),
            "Resource": [arn_of(names, "elasticloadbalancing", each) for each in balancing],
        },
        {"Sid": "ReadBalancers", "Action": "elasticloadbalancing:Describe*", "Resource": "*"},
        {
            "Sid": "ConsoleSecret",
            "Action": actions(
                "secretsmanager", *TAGS, "CreateSecret", "UpdateSecret", "DeleteSecret", "DescribeSecret",
                "GetResourcePolicy", "GetSecretValue", "ListSecretVersionIds", "PutSecretValue",
                "UpdateSecretVersionStage",
            ),
            "Resource": arn_of(names, "secretsmanager", f"secret:{names.prefix}-*"),
        },
        {"Sid": "MakePool", "Action": "cognito-idp:CreateUserPool", "Resource": "*", "Condition": made_ours},
        {"Sid": "ReadPoolDomain", "Action": "cognito-idp:DescribeUserPoolDomain", "Resource": "*"},
        {
            "Sid": "Pool",
            "Action": actions(
                "cognito-idp", "Describe*", "Get*", "List*", *TAGS, "UpdateUserPool", "DeleteUserPool",
                "SetUserPoolMfaConfig", "CreateUserPoolClient", "UpdateUserPoolClient", "DeleteUserPoolClient",
                "CreateUserPoolDomain", "UpdateUserPoolDomain", "DeleteUserPoolDomain", "AdminCreateUser",
                "AdminGetUser", "AdminUpdateUserAttributes", "AdminDeleteUser",
            ),
            "Resource": arn_of(names, "cognito-idp", "userpool/*"),
            "Condition": ours,
        },
        {
            "Sid": "RolesOfServices",
            "Action": "iam:CreateServiceLinkedRole",
            "Resource": arn_of(names, "iam", "role/aws-service-role/*", regional=False),
            "Condition": {"StringEquals": {"iam:AWSServiceName": SERVICES}},
        },
    ]  # fmt: skip
