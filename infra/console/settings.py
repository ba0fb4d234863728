"""The settings of the console in the cloud."""

from __future__ import annotations

from dataclasses import dataclass

from infra.settings import limits
from infra.settings.field import setting
from infra.settings.text_rules import items

CALLER = "console"
"""The console among the callers of the API."""


@dataclass(frozen=True, kw_only=True)
class ConsoleSettings:
    """What differs between environments in the console.

    Parameters
    ----------
    console : bool
        Whether the console runs in the cloud.
    console_networks : str
        Who may open it, by network; empty means everybody who can sign in.
    console_users : str
        Who may sign in; empty means that nobody has to.
    console_domain_name : str
        Its name; empty leaves that of the load balancer.
    console_certificate_arn : str
        Certificate of that name; empty means HTTP.
    public_subnet_ids : str
        Public subnets that exist already; empty makes a VPC.
    """

    console: bool = setting(default=False, rule=limits.FLAG)
    console_networks: str = setting("", limits.CONSOLE_NETWORKS, "203.0.113.0/24")
    console_users: str = setting("", limits.EMAILS, "ana@example.com")
    console_domain_name: str = setting("", limits.DOMAIN, "console.example.com")
    console_certificate_arn: str = setting(
        "", limits.CERTIFICATE, "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
    )
    public_subnet_ids: str = setting("", limits.SUBNETS, "subnet-0123456789abcdef2,subnet-0123456789abcdef3")

    @property
    def public_subnets(self) -> tuple[str, ...]:
        """Subnets that exist already, of the console and its load balancer."""
        return items(self.public_subnet_ids)
