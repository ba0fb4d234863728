"""What the settings of shared storage and of the console must fulfil together, and with the rest."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from infra.settings.disagreement import Disagreement, key_of
from infra.settings.limits import EFS
from infra.settings.text_rules import items

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Values = Mapping[str, Any]

MOST_ADDRESSES = 2**24
"""From which a console without sign-in may be opened: the largest network that one organisation is given."""

LEAST_PUBLIC_SUBNETS = 2
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html"""


def _needs(name: str, switch: str, off: object = "") -> Callable[[Values, str], Iterator[Disagreement]]:
    def check(values: Values, namespace: str) -> Iterator[Disagreement]:
        if values[name] != off and not values[switch]:
            yield Disagreement(
                switch, f"is false, while {namespace}:{key_of(name)} is set", f"true, or no {key_of(name)}", "true"
            )

    return check


def _mount_targets_are_somewhere(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["mount_target_group"]:
        for name in ("file_system_id", "subnet_ids"):
            if not values[name]:
                yield Disagreement(
                    name, f"is missing, while {namespace}:mountTargetGroup names mount targets that exist already"
                )


def _subnets_are_of_both_kinds(values: Values, namespace: str) -> Iterator[Disagreement]:
    given = [name for name in ("subnet_ids", "public_subnet_ids") if values[name]]
    if values["shared_storage"] and values["console"] and len(given) == 1:
        missing = "public_subnet_ids" if given == ["subnet_ids"] else "subnet_ids"
        yield Disagreement(
            missing,
            f"is missing, while {namespace}:{key_of(given[0])} is set: shared storage and the console are in one VPC",
        )


def _load_balancer_has_two_zones(values: Values, _namespace: str) -> Iterator[Disagreement]:
    count = len(items(values["public_subnet_ids"]))
    if 0 < count < LEAST_PUBLIC_SUBNETS:
        yield Disagreement(
            "public_subnet_ids",
            "names one subnet",
            "two or more, because a load balancer is in two availability zones at least",
        )


def _somebody_is_kept_out(values: Values, namespace: str) -> Iterator[Disagreement]:
    if not values["console"]:
        return
    networks = [ipaddress.IPv4Network(each) for each in items(values["console_networks"])]
    if values["console_users"]:
        return
    if not networks:
        yield Disagreement(
            "console_networks",
            f"is missing, while {namespace}:console is true: the console would be open to everybody",
            f"the networks from which it may be opened, or {namespace}:consoleUsers",
        )
    elif (count := _addresses(networks)) > MOST_ADDRESSES:
        yield Disagreement(
            "console_networks",
            f"names {count:,} addresses together, which is nobody's network: the console would be open to the world",
            f"at most {MOST_ADDRESSES:,}, as 10.0.0.0/8 has, or {namespace}:consoleUsers besides",
        )


def _addresses(networks: list[ipaddress.IPv4Network]) -> int:
    """Return how many addresses there are in networks, which may overlap: two halves are the whole."""
    return sum(each.num_addresses for each in ipaddress.collapse_addresses(networks))


def _sign_in_is_over_https(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["console_users"] and not values["console_certificate_arn"]:
        yield Disagreement(
            "console_certificate_arn",
            f"is missing, while {namespace}:consoleUsers is set: people sign in over HTTPS only",
        )


def _domain_has_a_certificate(values: Values, namespace: str) -> Iterator[Disagreement]:
    name, certificate = values["console_domain_name"], values["console_certificate_arn"]
    if bool(name) != bool(certificate):
        missing, given = "console_certificate_arn", "console_domain_name"
        if certificate:
            missing, given = given, missing
        yield Disagreement(missing, f"is missing, while {namespace}:{key_of(given)} is set", "both or neither")


def _console_reaches_the_api(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["console"] and values["allowed_networks"]:
        yield Disagreement(
            "console",
            f"true cannot be with {namespace}:allowedNetworks: the console calls the API from an address of AWS that "
            "changes",
            f"false, or {namespace}:apiKeys in place of {namespace}:allowedNetworks",
            "false",
        )


def _monitor_finds_the_profile(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["model_monitor"] and values["model_source"] == EFS:
        yield Disagreement(
            "model_source",
            f"efs cannot be with {namespace}:modelMonitor, which reads the profile of the bundle in the image",
            f"image, or {namespace}:modelMonitor false",
            "image",
        )


def _shadow_is_in_the_image(values: Values, namespace: str) -> Iterator[Disagreement]:
    if values["shadow_bundle"] and values["model_source"] == EFS:
        yield Disagreement(
            "model_source",
            f"efs cannot be with {namespace}:shadowBundle, whose bundle is in the image",
            f"image, or no {namespace}:shadowBundle",
            "image",
        )


EXTENSION_AGREEMENTS: tuple[tuple[frozenset[str], Callable[[Values, str], Iterator[Disagreement]]], ...] = (
    (frozenset({"model_source", "shared_storage"}), _needs("model_source", "shared_storage", "image")),
    *(
        (frozenset({name, switch}), _needs(name, switch))
        for name, switch in (
            ("file_system_id", "shared_storage"),
            ("subnet_ids", "shared_storage"),
            ("public_subnet_ids", "console"),
        )
    ),
    (frozenset({"mount_target_group", "file_system_id", "subnet_ids"}), _mount_targets_are_somewhere),
    (frozenset({"shared_storage", "console", "subnet_ids", "public_subnet_ids"}), _subnets_are_of_both_kinds),
    (frozenset({"public_subnet_ids"}), _load_balancer_has_two_zones),
    (frozenset({"console", "console_networks", "console_users"}), _somebody_is_kept_out),
    (frozenset({"console_users", "console_certificate_arn"}), _sign_in_is_over_https),
    (frozenset({"console_domain_name", "console_certificate_arn"}), _domain_has_a_certificate),
    (frozenset({"model_monitor", "model_source"}), _monitor_finds_the_profile),
    (frozenset({"shadow_bundle", "model_source"}), _shadow_is_in_the_image),
    (frozenset({"console", "allowed_networks"}), _console_reaches_the_api),
)
"""The fields that a check needs, and the check."""
