"""The load balancer in front of the console: allowed networks, protocol and sign-in."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.settings.values.rule import items
from infra.storage.network import ANYWHERE

if TYPE_CHECKING:
    from infra.console.sign_in import SignIn
    from infra.naming import Names
    from infra.settings.declaration import StackSettings
    from infra.storage.network import Network

PORT = 8501
"""Port of Streamlit in the container."""
HEALTH_PATH = "/_stcore/health"
HTTP, HTTPS = 80, 443

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
IDLE_S = 300
"""An open page sends little; Streamlit's own pings come every 30 s."""
DRAIN_S = 30
"""Streamlit reconnects automatically, so that a deployment need not wait for an old task."""
SESSION_S = 12 * 3600
"""After a working day users sign in again."""


class Balanced(NamedTuple):
    """What a service needs to run behind the load balancer.

    Parameters
    ----------
    target_group : Output of str
        ARN of the group that its tasks join.
    task_group : Output of str
        Security group of its tasks.
    listeners : tuple of Listener
        Listeners that the service depends on.
    """

    target_group: Output[str]
    task_group: Output[str]
    listeners: tuple[aws.lb.Listener, ...]


@dataclass(frozen=True, kw_only=True)
class ConsoleBalancerArgs:
    """Arguments of ``ConsoleBalancer``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        The console's networks, name and certificate.
    network : Network
        Whose public subnets it is in.
    sign_in : SignIn or None
        User pool for sign-in; None without it.
    """

    names: Names
    settings: StackSettings
    network: Network
    sign_in: SignIn | None


class ConsoleBalancer(pulumi.ComponentResource):
    """The load balancer of the console, if the console runs in the cloud.

    Creates: the load balancer and its listeners, the target group, and the security groups of both sides.

    Outputs: ``url`` of the console, ``target`` (the name that a DNS record of a domain leads to), empty without a
    console; ``balanced``, None then.
    """

    balanced: Balanced | None
    url: Output[str]
    target: Output[str]

    def __init__(self, name: str, args: ConsoleBalancerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:console:ConsoleBalancer", name, None, opts)
        self.balanced, self.url, self.target = None, Output.from_input(""), Output.from_input("")
        if args.settings.console:
            self._balance(name, args)
        self.register_outputs({"url": self.url, "target": self.target})

    def _balance(self, name: str, args: ConsoleBalancerArgs) -> None:
        balancer_group, task_group = self._groups(name, args)
        balancer = aws.lb.LoadBalancer(
            f"{name}-balancer",
            name=args.names.console,
            load_balancer_type="application",
            internal=False,
            subnets=list(args.network.public_subnets),
            security_groups=[balancer_group],
            idle_timeout=IDLE_S,
            drop_invalid_header_fields=True,
            enable_deletion_protection=args.settings.deletion_protection,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self, protect=args.settings.deletion_protection),
        )
        targets = self._targets(name, args)
        listeners = self._listeners(name, args, balancer.arn, targets.arn)
        self.balanced = Balanced(targets.arn, task_group, listeners)
        domain = args.settings.console_domain_name
        self.url = Output.from_input(f"https://{domain}") if domain else Output.concat("http://", balancer.dns_name)
        self.target = balancer.dns_name

    def _targets(self, name: str, args: ConsoleBalancerArgs) -> aws.lb.TargetGroup:
        return aws.lb.TargetGroup(
            f"{name}-targets",
            name=args.names.console,
            vpc_id=args.network.vpc_id,
            target_type="ip",
            protocol="HTTP",
            port=PORT,
            deregistration_delay=DRAIN_S,
            health_check={
                "path": HEALTH_PATH,
                "matcher": "200",
                "interval": 15,
                "timeout": 5,
                "healthy_threshold": 2,
                "unhealthy_threshold": 3,
            },
            # The state of a page is in one task.
            stickiness={"type": "lb_cookie", "enabled": True, "cookie_duration": SESSION_S},
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )

    def _listeners(
        self, name: str, args: ConsoleBalancerArgs, balancer_arn: Output[str], target_arn: Output[str]
    ) -> tuple[aws.lb.Listener, ...]:
        forward: aws.lb.ListenerDefaultActionArgsDict = {
            "type": "forward", "order": 2 if args.sign_in else 1, "target_group_arn": target_arn,
        }  # fmt: skip
        certificate = args.settings.console_certificate_arn
        redirect: aws.lb.ListenerDefaultActionArgsDict = {
            "type": "redirect", "redirect": {"port": str(HTTPS), "protocol": "HTTPS", "status_code": "HTTP_301"},
        }  # fmt: skip
        plain = aws.lb.Listener(
            f"{name}-http",
            load_balancer_arn=balancer_arn,
            port=HTTP,
            protocol="HTTP",
            default_actions=[redirect if certificate else forward],
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        if not certificate:
            return (plain,)
        secure = aws.lb.Listener(
            f"{name}-https",
            load_balancer_arn=balancer_arn,
            port=HTTPS,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=certificate,
            default_actions=[*_signing_in(args.sign_in), forward],
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        return plain, secure

    def _groups(self, name: str, args: ConsoleBalancerArgs) -> tuple[Output[str], Output[str]]:
        balancer, task = (self._group(name, args, part) for part in ("balancer", "task"))
        # Users who sign in may come from any network, unless the settings limit networks too.
        networks = items(args.settings.console_networks) or (ANYWHERE,)
        ports = (HTTP, HTTPS) if args.settings.console_certificate_arn else (HTTP,)
        for port in ports:
            for index, network in enumerate(networks, 1):
                self._rule(
                    f"{name}-from-{port}-{index}", args, balancer, port, inwards=True,
                    cidr_ipv4=str(ipaddress.ip_network(network)),
                )  # fmt: skip
        self._rule(f"{name}-to-task", args, balancer, PORT, inwards=False, referenced_security_group_id=task)
        self._rule(f"{name}-task-from", args, task, PORT, inwards=True, referenced_security_group_id=balancer)
        # To the APIs of AWS and of the stack, and to the registry of its image.
        self._rule(f"{name}-task-to", args, task, HTTPS, inwards=False, cidr_ipv4=ANYWHERE)
        if args.sign_in:
            self._rule(f"{name}-to-cognito", args, balancer, HTTPS, inwards=False, cidr_ipv4=ANYWHERE)
        return balancer, task

    def _group(self, name: str, args: ConsoleBalancerArgs, part: str) -> Output[str]:
        group = aws.ec2.SecurityGroup(
            f"{name}-{part}-group",
            name=args.names.of(f"console-{part}"),
            description=f"The console, {part}",
            vpc_id=args.network.vpc_id,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        return group.id

    def _rule(
        self, name: str, args: ConsoleBalancerArgs, group: Output[str], port: int, *, inwards: bool,
        **other: pulumi.Input[str],
    ) -> None:  # fmt: skip
        make = aws.vpc.SecurityGroupIngressRule if inwards else aws.vpc.SecurityGroupEgressRule
        make(
            name,
            security_group_id=group,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
            **other,
        )


def _signing_in(sign_in: SignIn | None) -> list[aws.lb.ListenerDefaultActionArgsDict]:
    if sign_in is None:
        return []
    return [
        {
            "type": "authenticate-cognito",
            "order": 1,
            "authenticate_cognito": {
                "user_pool_arn": sign_in.pool_arn,
                "user_pool_client_id": sign_in.client_id,
                "user_pool_domain": sign_in.domain,
                "session_timeout": SESSION_S,
                "on_unauthenticated_request": "authenticate",
            },
        }
    ]
