"""The network of shared storage and the console; without these there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.storage.subnets import vpc_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.naming import Names
    from infra.settings.declaration import StackSettings

VPC_CIDR = "10.64.0.0/24"
"""Private addresses; the VPC has no peers, so that other networks may use the same range."""
PRIVATE_CIDRS = ("10.64.0.0/26", "10.64.0.64/26")
PUBLIC_CIDRS = ("10.64.0.128/26", "10.64.0.192/26")
ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Arguments of ``Network``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Whether shared storage and the console are on, and existing subnets.
    """

    names: Names
    settings: StackSettings


class Network(pulumi.ComponentResource):
    """A VPC of two availability zones, or the subnets that the settings name.

    Creates: the VPC with its default security group emptied; private subnets, from which only the gateway endpoint of
    S3 is reachable; with the console, public subnets and an internet gateway. There is no NAT gateway.

    Outputs: ``vpc_id``, ``private_subnets`` and ``public_subnets``; empty where they are not needed.
    """

    vpc_id: Output[str]
    private_subnets: tuple[Output[str], ...] = ()
    public_subnets: tuple[Output[str], ...] = ()

    def __init__(self, name: str, args: NetworkArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:storage:Network", name, None, opts)
        settings = args.settings
        private, public = settings.private_subnets, settings.public_subnets
        if private or public:
            self.vpc_id = Output.from_input(vpc_of(private, public))
            self.private_subnets = tuple(map(Output.from_input, private))
            self.public_subnets = tuple(map(Output.from_input, public))
        elif settings.shared_storage or settings.console:
            self.vpc_id = self._make(name, args)
        else:
            self.vpc_id = Output.from_input("")
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "private_subnets": list(self.private_subnets),
                "public_subnets": list(self.public_subnets),
            }
        )

    def _make(self, name: str, args: NetworkArgs) -> Output[str]:
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=VPC_CIDR,
            # Names of mount targets are resolved by the VPC.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=_tags(args, "vpc"),
            opts=ResourceOptions(parent=self),
        )
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default-group",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            # No tags: AWS created the group, and a role that may tag existing resources could take over those of
            # others.
            opts=ResourceOptions(parent=self),
        )
        tables = self._kinds(name, args, vpc)
        # It costs nothing, and keeps image layers and models off the internet.
        aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{args.names.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=tables,
            tags=_tags(args, "s3"),
            opts=ResourceOptions(parent=self),
        )
        return vpc.id

    def _kinds(self, name: str, args: NetworkArgs, vpc: aws.ec2.Vpc) -> list[Output[str]]:
        """Declare the subnets that the options need, and return their route tables."""
        # Local zones, which have neither file systems nor load balancers, have to be opted in to.
        zones = aws.get_availability_zones(
            state="available",
            filters=[{"name": "opt-in-status", "values": ["opt-in-not-required"]}],
            opts=pulumi.InvokeOptions(parent=self),
        ).names
        tables = []
        if args.settings.shared_storage:
            table, self.private_subnets = self._subnets(name, args, vpc, "private", zones)
            tables.append(table.id)
        if args.settings.console:
            table, self.public_subnets = self._subnets(name, args, vpc, "public", zones)
            self._open(name, args, vpc, table)
            tables.append(table.id)
        return tables

    def _subnets(
        self, name: str, args: NetworkArgs, vpc: aws.ec2.Vpc, kind: str, zones: Sequence[str]
    ) -> tuple[aws.ec2.RouteTable, tuple[Output[str], ...]]:
        table = aws.ec2.RouteTable(
            f"{name}-{kind}-routes", vpc_id=vpc.id, tags=_tags(args, kind), opts=ResourceOptions(parent=self)
        )
        blocks = PRIVATE_CIDRS if kind == "private" else PUBLIC_CIDRS
        subnets = []
        for index, (block, zone) in enumerate(zip(blocks, zones, strict=False), 1):
            subnet = aws.ec2.Subnet(
                f"{name}-{kind}-{index}",
                vpc_id=vpc.id,
                cidr_block=block,
                availability_zone=zone,
                # Tasks request a public address themselves; nothing else gets one.
                map_public_ip_on_launch=False,
                tags=_tags(args, f"{kind}-{index}"),
                opts=ResourceOptions(parent=self),
            )
            association = aws.ec2.RouteTableAssociation(
                f"{name}-{kind}-{index}-routes",
                subnet_id=subnet.id,
                route_table_id=table.id,
                opts=ResourceOptions(parent=self),
            )
            # Resources in the subnet depend on its route.
            subnets.append(Output.all(subnet.id, association.id).apply(lambda ids: str(ids[0])))
        return table, tuple(subnets)

    def _open(self, name: str, args: NetworkArgs, vpc: aws.ec2.Vpc, table: aws.ec2.RouteTable) -> None:
        gateway = aws.ec2.InternetGateway(
            f"{name}-gateway", vpc_id=vpc.id, tags=_tags(args, "gateway"), opts=ResourceOptions(parent=self)
        )
        aws.ec2.Route(
            f"{name}-internet",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
            opts=ResourceOptions(parent=self),
        )


def _tags(args: NetworkArgs, part: str) -> dict[str, str]:
    # EC2 shows the tag Name as the name of a resource.
    return {**args.names.tags, "Name": args.names.of(part)}
