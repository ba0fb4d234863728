"""Networks, and the names and ids of existing resources."""

from __future__ import annotations

import ipaddress

from infra.settings.values.rule import Rule, items, list_of, refused, word_of

IPV6 = 6


def networks(*, ipv6: bool = True) -> Rule:
    """Return the rule of IP addresses and networks with commas between; empty is allowed.

    Parameters
    ----------
    ipv6 : bool
        Whether the service that they reach has IPv6 addresses too.
    """

    def parse(text: str) -> str:
        for item in items(text):
            try:
                network = ipaddress.ip_network(item)
            except ValueError:
                raise refused(item, "is not a network") from None
            if network.version == IPV6 and not ipv6:
                raise refused(item, "is an IPv6 network, but the service has IPv4 addresses only")
        return text

    kinds = "IPv4 or IPv6" if ipv6 else "IPv4"
    return Rule(expected=f"{kinds} networks such as 203.0.113.0/24, with commas between", parse=parse)


DOMAIN = word_of(
    kind="a domain name",
    pattern=r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
    expected="a domain name such as predict.example.com",
)
CERTIFICATE = word_of(
    kind="the ARN of a certificate",
    pattern=r"arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]{36}",
    expected="arn:aws:acm:REGION:ACCOUNT:certificate/ID, in the region of the stack",
)
CERTIFICATE_EXAMPLE = "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
SUBNETS = list_of(
    kind="the id of a subnet",
    pattern=r"subnet-[0-9a-f]{8,40}",
    expected="ids such as subnet-0123456789abcdef0 with commas between, in different availability zones",
)
EMAILS = list_of(
    kind="an e-mail address",
    pattern=r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,63}",
    expected="e-mail addresses with commas between",
)
