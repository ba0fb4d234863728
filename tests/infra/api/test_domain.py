from __future__ import annotations

from typing import TYPE_CHECKING

from local_stack.declared.evaluation import declare

if TYPE_CHECKING:
    from pathlib import Path

    from local_stack.declared.evaluation import Declared

CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
DOMAIN = {"inference:domainName": "predict.example.com", "inference:certificateArn": CERTIFICATE}


def test_a_domain_name_leads_to_the_stage_and_says_what_the_dns_must_point_to(bundle: Path) -> None:
    declared = declare("dev", DOMAIN, bundle=bundle)
    domain = declared.one("DomainName")
    mapping = declared.one("BasePathMapping").inputs
    stage = declared.one("apigateway/stage:Stage").inputs

    assert (domain.inputs["domainName"], domain.inputs["regionalCertificateArn"]) == tuple(DOMAIN.values())
    assert domain.inputs["securityPolicy"] == "TLS_1_2"
    assert domain.inputs["endpointConfiguration"] == {"types": "REGIONAL"}
    assert (mapping["restApi"], mapping["stageName"]) == (stage["restApi"], stage["stageName"])
    assert declared.outputs["api_domain_target"] == domain.outputs["regionalDomainName"]


def test_without_a_domain_name_there_is_none(dev: Declared) -> None:
    assert not dev.all("DomainName")
    assert dev.outputs["api_domain_target"] == ""
