"""What a deployment may do for shared storage and the console, as a pure function.

What EC2, Amazon EFS and Amazon Cognito make is named by AWS: it may be changed where it bears the tags of the stack,
and gets these tags while it is made [2]_ [3]_. A security group or file system of yours that the settings name is
changed by a deployment only when you have tagged it so.

References
----------
.. [1] https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
.. [2] https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
.. [3] https://docs.aws.amazon.com/efs/latest/ug/using-tags-efs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.delivery.policies import TAGS, actions, arn_of

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.naming import Names

SERVICES: list[Json] = [
    f"{service}.amazonaws.com" for service in ("backup", "ecs", "elasticfilesystem", "elasticloadbalancing")
]
"""They make themselves a role when an account uses them for the first time."""

_MAKING_NETWORK = (
    "CreateVpc", "CreateSubnet", "CreateRouteTable", "CreateVpcEndpoint", "CreateInternetGateway",
    "CreateSecurityGroup",
)  # fmt: skip
_MAKING_RULES = ("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress")
_MAKING_STORAGE = ("CreateFileSystem", "CreateAccessPoint")


def network_statements(names: Names) -> list[dict[str, Json]]:
    """Return what a deployment may do for the network of one stack and for its shared storage."""
    return [*_network(names), *_group_rules(names), *_storage(names)]


def console_statements(names: Names) -> list[dict[str, Json]]:
    """Return what a deployment may do for the console of one stack."""
    return _console(names, _ours(names, "Resource"), _ours(names, "Request"))


def _ours(names: Names, where: str, create_action: str = "", *made_by: str) -> Json:
    """Return the condition that a resource or a request bears the tags of the stack, and which call it is part of."""
    tags: dict[str, Json] = {f"aws:{where}Tag/stack": names.stack, f"aws:{where}Tag/project": "inference"}
    return {"StringEquals": {**tags, **({create_action: list(made_by)} if create_action else {})}}


def _network(names: Names) -> list[dict[str, Json]]:
    return [
        {
            "Sid": "ReadNetworkAndMakeIt",
            "Action": ["ec2:Describe*", "ec2:CreateNetworkInterface", *(f"ec2:{verb}" for verb in _MAKING_NETWORK)],
            "Resource": "*",
        },
        {
            # While it is made, and not later: who may tag what stands could make it the stack's own.
            "Sid": "TagNewNetwork",
            "Action": "ec2:CreateTags",
            "Resource": "*",
            "Condition": _ours(names, "Request", "ec2:CreateAction", *_MAKING_NETWORK, *_MAKING_RULES),
        },
        {
            "Sid": "Network",
            "Action": [
                "ec2:DeleteVpc*", "ec2:ModifyVpc*", "ec2:*Subnet", "ec2:ModifySubnetAttribute", "ec2:*RouteTable",
                "ec2:CreateRoute", "ec2:DeleteRoute", "ec2:*InternetGateway", "ec2:DeleteSecurityGroup",
                "ec2:CreateTags", "ec2:DeleteTags",
            ],
            "Resource": "*",
            "Condition": _ours(names, "Resource"),
        },
    ]  # fmt: skip


def _group_rules(names: Names) -> list[dict[str, Json]]:
    groups, rules = (arn_of(names, "ec2", f"{kind}/*") for kind in ("security-group", "security-group-rule"))
    changes: list[Json] = ["ec2:*SecurityGroupIngress", "ec2:*SecurityGroupEgress", "ec2:ModifySecurityGroupRules"]
    return [
        {"Sid": "GroupRules", "Action": changes, "Resource": groups, "Condition": _ours(names, "Resource")},
        # A rule is changed with its group, of which the statement above tells.
        {"Sid": "RulesOfGroups", "Action": changes, "Resource": rules},
        {
            # The default group of a new VPC, which AWS makes without a tag, is emptied.
            "Sid": "EmptyDefaultGroup",
            "Action": ["ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"],
            "Resource": groups,
            "Condition": {"Null": {"aws:ResourceTag/stack": "true"}},
        },
    ]


def _storage(names: Names) -> list[dict[str, Json]]:
    places: list[Json] = [arn_of(names, "elasticfilesystem", f"{kind}/*") for kind in ("file-system", "access-point")]
    return [
        {
            "Sid": "MakeFileSystem",
            "Action": actions("elasticfilesystem", "Describe*", "CreateFileSystem", "ListTagsForResource"),
            "Resource": "*",
        },
        {
            "Sid": "TagNewFileSystem",
            "Action": "elasticfilesystem:TagResource",
            "Resource": places,
            "Condition": _ours(names, "Request", "elasticfilesystem:CreateAction", *_MAKING_STORAGE),
        },
        {
            "Sid": "FileSystem",
            "Action": actions(
                "elasticfilesystem", *TAGS, "CreateAccessPoint", "CreateMountTarget", "UpdateFileSystem",
                "UpdateFileSystemProtection", "DeleteFileSystem", "DeleteAccessPoint", "DeleteMountTarget",
                "ModifyMountTargetSecurityGroups", "PutLifecycleConfiguration", "PutBackupPolicy",
                "PutFileSystemPolicy", "DeleteFileSystemPolicy",
            ),
            "Resource": places,
            "Condition": _ours(names, "Resource"),
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
