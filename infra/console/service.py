"""The console in the cloud: one task on AWS Fargate, with the permissions that its pages need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.console.balancer import PORT
from infra.console.policies import ECS_TASKS, monitoring_policy, start_policy
from infra.console.size import MEMORY_MB, TASKS, VCPU_UNITS
from infra.console.task import ConsoleTask, container
from infra.iam import trust_policy
from infra.settings.subjects.console import CALLER
from infra.storage.policies import mount_policy

if TYPE_CHECKING:
    from inference_lib.contract.document import Json
    from infra.console.balancer import Balanced
    from infra.console.image import ConsoleImage
    from infra.naming import Names
    from infra.settings.declaration import StackSettings
    from infra.storage.file_system import Mount
    from infra.storage.network import Network

GRACE_S = 120
"""Seconds until the first response, in which the image is pulled and Streamlit starts."""
CPU_ARCHITECTURES = {"arm64": "ARM64", "x86_64": "X86_64"}


@dataclass(frozen=True, kw_only=True)
class ConsoleServiceArgs:
    """Arguments of ``ConsoleService``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Architecture and retention of logs.
    image : ConsoleImage
        The image to run.
    network : Network
        Whose public subnets the task is in.
    balanced : Balanced or None
        The load balancer; None without a console.
    mount : Mount or None
        Shared storage, whose profiles and reports the console shows.
    api_url : Input of str
        Address of the stage.
    api_keys : Output of dict
        Keys by caller.
    """

    names: Names
    settings: StackSettings
    image: ConsoleImage
    network: Network
    balanced: Balanced | None
    mount: Mount | None
    api_url: pulumi.Input[str]
    api_keys: Output[dict[str, str]]


class ConsoleService(pulumi.ComponentResource):
    """The console as a service, if it runs in the cloud.

    Creates: the secret with the address and the key of the API, the log group, the task role and the execution role,
    the cluster, the task definition, and the service, which rolls back a failed deployment.
    """

    def __init__(self, name: str, args: ConsoleServiceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:console:ConsoleService", name, None, opts)
        if args.balanced:
            self._service(name, args, args.balanced)
        self.register_outputs({})

    def _service(self, name: str, args: ConsoleServiceArgs, balanced: Balanced) -> None:
        cluster = aws.ecs.Cluster(
            f"{name}-cluster",
            name=args.names.console,
            settings=[{"name": "containerInsights", "value": "disabled"}],
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        groups = [balanced.task_group, *([args.mount.client_group] if args.mount else [])]
        aws.ecs.Service(
            f"{name}-service",
            name=args.names.console,
            cluster=cluster.arn,
            task_definition=self._task(name, args).arn,
            launch_type="FARGATE",
            desired_count=TASKS,
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=200,
            deployment_circuit_breaker={"enable": True, "rollback": True},
            health_check_grace_period_seconds=GRACE_S,
            load_balancers=[
                {
                    "target_group_arn": balanced.target_group,
                    "container_name": ConsoleTask.CONTAINER,
                    "container_port": PORT,
                }
            ],
            network_configuration={
                "subnets": list(args.network.public_subnets),
                "security_groups": groups,
                # A tenth of the cost of endpoints or a NAT gateway; only the load balancer can reach it.
                "assign_public_ip": True,
            },
            propagate_tags="SERVICE",
            tags=args.names.tags,
            opts=ResourceOptions(
                parent=self, depends_on=[*balanced.listeners, *(args.mount.mount_targets if args.mount else ())]
            ),
        )

    def _task(self, name: str, args: ConsoleServiceArgs) -> aws.ecs.TaskDefinition:
        names, settings = args.names, args.settings
        secret, version = self._secret(name, args)
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/ecs/{names.console}",
            retention_in_days=settings.log_retention_days,
            tags=names.tags,
            opts=ResourceOptions(parent=self),
        )
        rights = Output.all(args.image.repository_arn, log_group.arn, secret.arn)
        start = self._role(name, args, "start", {"start-console": rights.apply(lambda each: start_policy(*each))})
        granted: dict[str, Output[dict[str, Json]]] = {"read-monitoring": Output.from_input(monitoring_policy(names))}
        if args.mount:
            arns = Output.all(args.mount.file_system_arn, args.mount.access_point_arn)
            granted["read-models"] = arns.apply(lambda each: mount_policy(*each, writes=False))
        role = self._role(name, args, "task", granted)
        described = ConsoleTask(names=names, has_key=bool(settings.api_keys), has_models=args.mount is not None)
        parts = Output.all(args.image.uri, secret.arn, version.version_id)
        return aws.ecs.TaskDefinition(
            f"{name}-task",
            family=names.console,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(VCPU_UNITS),
            memory=str(MEMORY_MB),
            runtime_platform={
                "operating_system_family": "LINUX",
                "cpu_architecture": CPU_ARCHITECTURES[settings.architecture],
            },
            execution_role_arn=start.arn,
            task_role_arn=role.arn,
            container_definitions=Output.json_dumps(parts.apply(lambda each: [container(described, *each)])),
            volumes=[_volume(args.mount)] if args.mount else [],
            tags=names.tags,
            opts=ResourceOptions(parent=self),
        )

    def _secret(
        self, name: str, args: ConsoleServiceArgs
    ) -> tuple[aws.secretsmanager.Secret, aws.secretsmanager.SecretVersion]:
        secret = aws.secretsmanager.Secret(
            f"{name}-secret",
            name=args.names.console,
            description="Address and key of the API, for the console",
            # The name must be free at once, so that a deleted stack can be created again.
            recovery_window_in_days=0 if args.settings.force_delete else 7,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        api = Output.all(url=args.api_url, keys=args.api_keys)
        content = api.apply(lambda each: {"api_url": each["url"], "api_key": each["keys"].get(CALLER, "")})
        version = aws.secretsmanager.SecretVersion(
            f"{name}-secret-version",
            secret_id=secret.id,
            secret_string=Output.json_dumps(Output.secret(content)),
            opts=ResourceOptions(parent=self),
        )
        return secret, version

    def _role(
        self, name: str, args: ConsoleServiceArgs, part: str, documents: dict[str, Output[dict[str, Json]]]
    ) -> aws.iam.Role:
        role = aws.iam.Role(
            f"{name}-{part}-role",
            name=args.names.of(f"console-{part}-role"),
            assume_role_policy=Output.json_dumps(trust_policy(ECS_TASKS)),
            permissions_boundary=args.settings.permissions_boundary or None,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        for purpose, document in documents.items():
            aws.iam.RolePolicy(
                f"{name}-{purpose}",
                name=purpose,
                role=role.name,
                policy=Output.json_dumps(document),
                opts=ResourceOptions(parent=self),
            )
        return role


def _volume(mount: Mount) -> aws.ecs.TaskDefinitionVolumeArgsDict:
    return {
        "name": ConsoleTask.MODELS,
        "efs_volume_configuration": {
            "file_system_id": mount.file_system_id,
            "transit_encryption": "ENABLED",
            "authorization_config": {"access_point_id": mount.access_point_id, "iam": "ENABLED"},
        },
    }
