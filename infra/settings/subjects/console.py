"""The settings of the console in the cloud."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.settings.agreement import Disagreement, Subject, agreement, both_or_neither, key_of, needs
from infra.settings.field import setting
from infra.settings.values.networks import CERTIFICATE, CERTIFICATE_EXAMPLE, DOMAIN, EMAILS, SUBNETS, networks
from infra.settings.values.rule import items
from infra.settings.values.words import FLAG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.settings.agreement import Values

CALLER = "console"
"""The console among the callers of the API."""

MOST_ADDRESSES = 2**24
"""Most addresses that may open a console without sign-in: the largest private network of an organisation."""

LEAST_PUBLIC_SUBNETS = 2
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html"""


@dataclass(frozen=True, kw_only=True)
class ConsoleSettings:
    """Whether the console runs in the cloud, and who may open it."""

    console: bool = setting(
        default=False,
        rule=FLAG,
        description="Whether the console runs on AWS Fargate behind a load balancer (docs/console.md); needs "
        "consoleNetworks or consoleUsers",
    )
    console_networks: str = setting(
        "",
        networks(ipv6=False),
        "Networks from which the console can be opened; empty means all, which requires consoleUsers",
        "203.0.113.0/24",
    )
    console_users: str = setting(
        "",
        EMAILS,
        "E-mail addresses of the users who may sign in to the console, by Amazon Cognito; needs consoleDomainName",
        "ana@example.com",
    )
    console_domain_name: str = setting(
        "",
        DOMAIN,
        "Name of the console, such as console.example.com; needs consoleCertificateArn",
        "console.example.com",
    )
    console_certificate_arn: str = setting(
        "",
        CERTIFICATE,
        "Certificate of consoleDomainName in AWS Certificate Manager, in the stack's own region; the console then uses "
        "HTTPS",
        CERTIFICATE_EXAMPLE,
    )
    public_subnet_ids: str = setting(
        "",
        SUBNETS,
        "Existing public subnets for the console, in at least two availability zones; empty creates a VPC",
        "subnet-0123456789abcdef2,subnet-0123456789abcdef3",
    )

    @property
    def public_subnets(self) -> tuple[str, ...]:
        """Existing subnets for the console and its load balancer."""
        return items(self.public_subnet_ids)


@agreement("shared_storage", "console", "subnet_ids", "public_subnet_ids")
def _subnets_are_of_both_kinds(values: Values, namespace: str) -> Iterator[Disagreement]:
    given = [name for name in ("subnet_ids", "public_subnet_ids") if values[name]]
    if values["shared_storage"] and values["console"] and len(given) == 1:
        missing = "public_subnet_ids" if given == ["subnet_ids"] else "subnet_ids"
        yield Disagreement(
            missing,
            f"is missing, while {namespace}:{key_of(given[0])} is set: shared storage and the console are in one VPC",
        )


@agreement("public_subnet_ids")
def _load_balancer_has_two_zones(values: Values, _namespace: str) -> Iterator[Disagreement]:
    count = len(items(values["public_subnet_ids"]))
    if 0 < count < LEAST_PUBLIC_SUBNETS:
        yield Disagreement(
            "public_subnet_ids",
            "names one subnet",
            "two or more, because a load balancer needs two availability zones",
        )


@agreement("console", "console_networks", "console_users")
def _access_is_limited(values: Values, namespace: str) -> Iterator[Disagreement]:
    if not values["console"] or values["console_users"]:
        return
    allowed = [ipaddress.IPv4Network(each) for each in items(values["console_networks"])]
    if not allowed:
        yield Disagreement(
            "console_networks",
            f"is missing, while {namespace}:console is true: the console would be open to the internet",
            f"the networks from which it may be opened, or {namespace}:consoleUsers",
        )
    elif (count := _addresses(allowed)) > MOST_ADDRESSES:
        yield Disagreement(
            "console_networks",
            f"has {count:,} addresses in total, more than any organisation has: the console would be open to the "
            "internet",
            f"at most {MOST_ADDRESSES:,} addresses, as 10.0.0.0/8 has, or {namespace}:consoleUsers as well",
        )


def _addresses(allowed: list[ipaddress.IPv4Network]) -> int:
    """Return the number of distinct addresses in networks, which may overlap."""
    return sum(each.num_addresses for each in ipaddress.collapse_addresses(allowed))


@agreement("console_users", "console_certificate_arn")
def _sign_in_is_over_https(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["console_users"] and not values["console_certificate_arn"]:
        yield Disagreement(
            "console_certificate_arn",
            f"is missing, while {namespace}:consoleUsers is set: users sign in over HTTPS only",
        )


@agreement("console", "allowed_networks")
def _console_reaches_the_api(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["console"] and values["allowed_networks"]:
        yield Disagreement(
            "console",
            f"true cannot be combined with {namespace}:allowedNetworks: the console calls the API from a "
            "changing address of AWS",
            f"false, or {namespace}:apiKeys instead of {namespace}:allowedNetworks",
            "false",
        )


SUBJECT = Subject(
    "Console",
    ConsoleSettings,
    (
        needs("public_subnet_ids", "console"),
        _subnets_are_of_both_kinds,
        _load_balancer_has_two_zones,
        _access_is_limited,
        _sign_in_is_over_https,
        both_or_neither("console_domain_name", "console_certificate_arn"),
        _console_reaches_the_api,
    ),
)
