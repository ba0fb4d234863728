from __future__ import annotations

from typing import TYPE_CHECKING

from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared


def test_the_firewall_limits_each_address_and_takes_the_rules_of_aws(bundle: Path) -> None:
    declared = declare("dev", {"inference:wafRate": "2000"}, bundle=bundle)
    acl = declared.one("WebAcl")
    rate, *managed = acl.inputs["rules"]

    assert acl.inputs["defaultAction"] == {"allow": {}}
    assert acl.inputs["scope"] == "REGIONAL"
    assert rate["statement"]["rateBasedStatement"] == {
        "limit": 2000,
        "aggregateKeyType": "IP",
        "evaluationWindowSec": 300,
    }
    assert rate["action"] == {"block": {}}
    assert [each["statement"]["managedRuleGroupStatement"]["vendorName"] for each in managed] == ["AWS", "AWS"]
    assert [each["priority"] for each in acl.inputs["rules"]] == [0, 1, 2]
    assert "AWSManagedRulesCommonRuleSet" not in str(managed), "it refuses bodies above 8 KB"
    association = declared.one("WebAclAssociation").inputs
    assert association["resourceArn"] == declared.one("apigateway/stage:Stage").outputs["arn"]
    assert association["webAclArn"] == acl.outputs["arn"]


def test_the_firewall_keeps_no_samples_of_what_was_sent(bundle: Path) -> None:
    acl = declare("dev", {"inference:wafRate": "100"}, bundle=bundle).one("WebAcl").inputs
    visible = [acl["visibilityConfig"], *(each["visibilityConfig"] for each in acl["rules"])]

    assert not any(each["sampledRequestsEnabled"] for each in visible)
    assert all(each["cloudwatchMetricsEnabled"] for each in visible), "their number is to be seen all the same"


def test_without_a_rate_there_is_no_firewall(dev: Declared) -> None:
    assert not dev.all("WebAcl")
