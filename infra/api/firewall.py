"""A web application firewall in front of the API: a limit for each address, and rules that AWS maintains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

WINDOW_S = 300

# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
MANAGED_RULES = ("AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet")
"""Without the core rule set: it rejects bodies above 8 KB, and a batch of instances often exceeds that."""


@dataclass(frozen=True, kw_only=True)
class ApiFirewallArgs:
    """Arguments of ``ApiFirewall``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Requests of one address in five minutes; 0 when there is no firewall.
    stage_arn : Input of str
        The stage to protect.
    """

    names: Names
    settings: StackSettings
    stage_arn: pulumi.Input[str]


class ApiFirewall(pulumi.ComponentResource):
    """The firewall of the API.

    Creates: with a rate in the settings, the web ACL and its association with the stage.
    """

    def __init__(self, name: str, args: ApiFirewallArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:api:ApiFirewall", name, None, opts)
        if args.settings.waf_rate:
            self._firewall(name, args)
        self.register_outputs({})

    def _firewall(self, name: str, args: ApiFirewallArgs) -> None:
        acl = aws.wafv2.WebAcl(
            f"{name}-acl",
            name=args.names.of("firewall"),
            description="Before the API: a limit for each address, known bad addresses and known bad inputs",
            scope="REGIONAL",
            default_action={"allow": {}},
            rules=[
                _rate_rule(args.settings.waf_rate),
                *[_managed_rule(group, priority) for priority, group in enumerate(MANAGED_RULES, start=1)],
            ],
            visibility_config=_visible(args.names.of("firewall")),
            tags=args.names.tags,
            opts=ResourceOptions(parent=self),
        )
        aws.wafv2.WebAclAssociation(
            f"{name}-association",
            resource_arn=args.stage_arn,
            web_acl_arn=acl.arn,
            opts=ResourceOptions(parent=self),
        )


def _visible(metric: str) -> aws.wafv2.WebAclVisibilityConfigArgsDict:
    # Sampled requests would show what callers send to everyone with access to the AWS console.
    return {"cloudwatch_metrics_enabled": True, "sampled_requests_enabled": False, "metric_name": metric}


def _rate_rule(limit: int) -> aws.wafv2.WebAclRuleArgsDict:
    return {
        "name": "rate",
        "priority": 0,
        "action": {"block": {}},
        "statement": {
            "rate_based_statement": {"limit": limit, "aggregate_key_type": "IP", "evaluation_window_sec": WINDOW_S}
        },
        "visibility_config": _visible("rate"),
    }


def _managed_rule(group: str, priority: int) -> aws.wafv2.WebAclRuleArgsDict:
    return {
        "name": group,
        "priority": priority,
        "override_action": {"none": {}},
        "statement": {"managed_rule_group_statement": {"vendor_name": "AWS", "name": group}},
        "visibility_config": _visible(group),
    }
