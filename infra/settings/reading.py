"""The settings of a stack, read from Pulumi's configuration; all faults are reported together."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from infra.naming import MAX_LOAD_BALANCER_NAME, MAX_STACK_NAME, PROJECT, STACK_NAME
from infra.settings.agreement import disagreements
from infra.settings.bundles import read_bundles
from infra.settings.declaration import SUBJECTS, StackSettings, declared
from infra.settings.faults import fault_in, fault_of
from infra.settings.field import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from dataclasses import Field

PROJECT_DIRECTORY = Path(__file__).resolve().parents[2]


def load_settings(config: pulumi.Config, stack: str, root: Path = PROJECT_DIRECTORY) -> StackSettings:
    """Read and check the settings of a stack; nothing else reads ``pulumi.Config``.

    Parameters
    ----------
    config : pulumi.Config
        The configuration of the project's own namespace.
    stack : str
        Name of the stack.
    root : Path
        Directory of the project, which contains the bundles and the Dockerfile.

    Raises
    ------
    pulumi.RunError
        A setting is wrong. The message has one line for each fault: the key, the fault, the allowed values and the
        command that sets one. It contains no value that may be secret.
    """
    faults = [*_stack_faults(stack), *unknown_keys(config.name, declared())]
    values = read_values(config, declared(), faults)
    faults += (fault_in(config.name, *each) for each in disagreements(SUBJECTS, values, config.name))
    faults += _elsewhere(config.name, values)
    faults += _long_names(config.name, stack, values)
    bundles = read_bundles(config.name, values, root, faults)
    if bundles.contract is None or faults:
        raise pulumi.RunError("\n".join(faults))
    return StackSettings(
        stack=stack,
        contract=bundles.contract,
        project_directory=root,
        watched_classes=bundles.watched_classes,
        shadow_version=bundles.shadow.version if bundles.shadow else "",
        **values,
    )


def read_values(config: pulumi.Config, known: Mapping[str, Field[Any]], faults: list[str]) -> dict[str, Any]:
    """Return the values of settings, by field; a wrong one is left out, so that no agreement complains about it.

    Parameters
    ----------
    config : pulumi.Config
        The configuration of the namespace; a key that is not set has its default.
    known : mapping of str to Field
        The declared settings, by key.
    faults : list of str
        Receives a message for each wrong value.
    """
    values: dict[str, Any] = {}
    for key, field in known.items():
        text = config.get(key)
        try:
            values[field.name] = field.metadata["rule"].read(as_text(field.default) if text is None else text)
        except ValueError as error:
            secret = _is_secret(f"{config.name}:{key}")
            faults.append(fault_of(config.name, field, "the secret value is wrong" if secret else str(error)))
    return values


def _is_secret(key: str) -> bool:
    return pulumi.runtime.is_config_secret(key) or key in pulumi.runtime.get_config_secret_keys_env()


def _stack_faults(stack: str) -> Iterator[str]:
    if not re.fullmatch(STACK_NAME, stack) or len(stack) > MAX_STACK_NAME:
        yield (
            f"stack {stack!r}: the name cannot be part of the names of AWS resources; expected lower-case letters "
            f"and digits, with single hyphens between them, at most {MAX_STACK_NAME} characters. "
            "Make another: pulumi stack init dev"
        )


def _long_names(namespace: str, stack: str, values: dict[str, Any]) -> Iterator[str]:
    longest = MAX_LOAD_BALANCER_NAME - len(f"{PROJECT}--console")
    if values.get("console") and len(stack) > longest:
        yield (
            f"stack {stack!r}: the name is too long for {namespace}:console, because it is part of the name of a load "
            f"balancer; expected at most {longest} characters. Make another: pulumi stack init dev"
        )


def _elsewhere(namespace: str, values: dict[str, Any]) -> Iterator[str]:
    """Reject certificates of another region than the stack's: gateway and load balancer do not accept them."""
    region = pulumi.Config("aws").get("region") or ""
    for name in ("certificate_arn", "console_certificate_arn"):
        arn = values.get(name, "")
        if arn and region and (found := arn.split(":")[3]) != region:
            example = arn.replace(f":{found}:", f":{region}:", 1)
            yield fault_in(namespace, name, f"is a certificate in {found}, but the stack is in {region}", "", example)


def unknown_keys(namespace: str, known: Iterable[str]) -> Iterator[str]:
    """Yield a message for each configured key of a namespace that is not declared."""
    names = list(known)
    found = {**pulumi.runtime.get_config_env(), **pulumi.runtime.config.CONFIG.get()}
    for full_key in sorted(found):
        owner, _, key = full_key.partition(":")
        if owner == namespace and key not in names:
            nearest = difflib.get_close_matches(key, names, n=1, cutoff=0.0)[0]
            yield f"{full_key}: no such key; expected {namespace}:{nearest}? Remove it: pulumi config rm {full_key}"
