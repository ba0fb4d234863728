"""A custom domain name for the API, besides AWS's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

MINIMUM_TLS = "TLS_1_2"


@dataclass(frozen=True, kw_only=True)
class ApiDomainArgs:
    """Arguments of ``ApiDomain``.

    Parameters
    ----------
    names : Names
        Tags.
    settings : StackSettings
        The domain name and its certificate, if any.
    rest_api, stage_name : Input of str
        The stage that the name maps to.
    """

    names: Names
    settings: StackSettings
    rest_api: pulumi.Input[str]
    stage_name: pulumi.Input[str]


class ApiDomain(pulumi.ComponentResource):
    """The domain name of the API.

    Creates: with a domain name in the settings, the name at the gateway and its mapping to the stage. The owner of the
    DNS zone adds the record.

    Outputs: ``target``, what that record (CNAME or alias) points to; empty without a domain name.
    """

    target: Output[str]

    def __init__(self, name: str, args: ApiDomainArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:api:ApiDomain", name, None, opts)
        self.target = self._domain(name, args) if args.settings.domain_name else Output.from_input("")
        self.register_outputs({"target": self.target})

    def _domain(self, name: str, args: ApiDomainArgs) -> Output[str]:
        domain = aws.apigateway.DomainName(
            f"{name}-name",
            domain_name=args.settings.domain_name,
            regional_certificate_arn=args.settings.certificate_arn,
            endpoint_configuration={"types": "REGIONAL"},
            security_policy=MINIMUM_TLS,
            tags=args.names.tags,
            opts=ResourceOptions(parent=self, protect=args.settings.deletion_protection),
        )
        aws.apigateway.BasePathMapping(
            f"{name}-mapping",
            rest_api=args.rest_api,
            stage_name=args.stage_name,
            domain_name=domain.domain_name,
            opts=ResourceOptions(parent=self, protect=args.settings.deletion_protection),
        )
        return domain.regional_domain_name
