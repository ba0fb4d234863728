"""The settings of the console, and those that exclude it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest

from tests.infra.console.stacks import CERTIFICATE, NETWORKS, SIGN_IN, declared_with

if TYPE_CHECKING:
    from pathlib import Path


WRONG = [
    (
        {"console": "true"},
        (
            "inference:consoleNetworks: is missing, while inference:console is true: the console would be open to "
            "the internet; expected the networks from which it may be opened, or inference:consoleUsers. "
            "Set it: pulumi config set inference:consoleNetworks 203.0.113.0/24"
        ),
    ),
    *(
        (
            {"console": "true", "consoleNetworks": networks},
            (
                f"inference:consoleNetworks: has {count} addresses in total, more than any organisation has: the "
                "console would be open to the internet; expected at most 16,777,216 addresses, as 10.0.0.0/8 has, "
                "or inference:consoleUsers as well. Set it: pulumi config set inference:consoleNetworks "
                "203.0.113.0/24"
            ),
        )
        for networks, count in (
            ("0.0.0.0/0", "4,294,967,296"),
            ("0.0.0.0/1,128.0.0.0/1", "4,294,967,296"),
            ("0.0.0.0/0,203.0.113.0/24", "4,294,967,296"),
            ("8.0.0.0/7", "33,554,432"),
            ("8.0.0.0/8,12.0.0.0/8", "33,554,432"),
        )
    ),
    (
        {"console": "true", "consoleUsers": "ana@example.com"},
        (
            "inference:consoleCertificateArn: is missing, while inference:consoleUsers is set: users sign in over "
            "HTTPS only; expected arn:aws:acm:REGION:ACCOUNT:certificate/ID, in the region of the stack. Set it: "
            f"pulumi config set inference:consoleCertificateArn {CERTIFICATE}"
        ),
    ),
    (
        {**SIGN_IN, "consoleCertificateArn": CERTIFICATE.replace("eu-central-1", "us-east-1")},
        (
            "inference:consoleCertificateArn: is a certificate in us-east-1, but the stack is in eu-central-1; "
            "expected arn:aws:acm:REGION:ACCOUNT:certificate/ID, in the region of the stack. Set it: "
            f"pulumi config set inference:consoleCertificateArn {CERTIFICATE}"
        ),
    ),
    (
        {**NETWORKS, "consoleDomainName": "console.example.com"},
        (
            "inference:consoleCertificateArn: is missing, while inference:consoleDomainName is set; expected both or "
            f"neither. Set it: pulumi config set inference:consoleCertificateArn {CERTIFICATE}"
        ),
    ),
    (
        {**NETWORKS, "publicSubnetIds": "subnet-0123456789abcdef2"},
        (
            "inference:publicSubnetIds: names one subnet; expected two or more, because a load balancer needs two "
            "availability zones. Set it: pulumi config set inference:publicSubnetIds "
            "subnet-0123456789abcdef2,subnet-0123456789abcdef3"
        ),
    ),
    (
        {**NETWORKS, "sharedStorage": "true", "publicSubnetIds": "subnet-0123456789abcdef2,subnet-0123456789abcdef3"},
        (
            "inference:subnetIds: is missing, while inference:publicSubnetIds is set: shared storage and the console "
            "are in one VPC; expected ids such as subnet-0123456789abcdef0 with commas between, in different "
            "availability zones. Set it: pulumi config set inference:subnetIds "
            "subnet-0123456789abcdef0,subnet-0123456789abcdef1"
        ),
    ),
    (
        {**NETWORKS, "allowedNetworks": "203.0.113.0/24"},
        (
            "inference:console: true cannot be combined with inference:allowedNetworks: the console calls the "
            "API from a changing address of AWS; expected false, or inference:apiKeys instead of "
            "inference:allowedNetworks. Set it: pulumi config set inference:console false"
        ),
    ),
    (
        {**NETWORKS, "consoleNetworks": "2001:db8::/32"},
        (
            "inference:consoleNetworks: '2001:db8::/32' is an IPv6 network, but the service has IPv4 addresses "
            "only; expected IPv4 networks such as 203.0.113.0/24, with commas between. "
            "Set it: pulumi config set inference:consoleNetworks 203.0.113.0/24"
        ),
    ),
]


@pytest.mark.parametrize(("settings", "message"), WRONG)
def test_what_is_wrong_is_said_in_one_sentence(bundle: Path, settings: dict[str, str], message: str) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        declared_with(settings, bundle)

    assert str(caught.value) == message


def test_a_stack_whose_name_is_too_long_for_a_load_balancer_is_refused(bundle: Path) -> None:
    with pytest.raises(pulumi.RunError) as caught:
        declared_with(NETWORKS, bundle, "customer-europe")

    assert str(caught.value) == (
        "stack 'customer-europe': the name is too long for inference:console, because it is part of the name of a load "
        "balancer; expected at most 14 characters. Make another: pulumi stack init dev"
    )
