"""The settings of a stack, read from Pulumi's configuration: everything that is wrong is reported together."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from infra.naming import MAX_LOAD_BALANCER_NAME, MAX_STACK_NAME, PROJECT, STACK_NAME
from infra.settings.bundles import read_bundles
from infra.settings.declaration import SUBJECTS, StackSettings, declared
from infra.settings.faults import fault_in

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        Something is wrong. The message has one line for each fault: the key, what is wrong, what
        is allowed and the command that sets it. Values that may be secret are not in it.
    """
    values: dict[str, Any] = {each.name: each.default for each in declared().values()}
    faults = [*_stack_faults(stack), *_unknown_keys(config.name), *_read_values(config, values)]
    for subject in SUBJECTS:
        for names, check in subject.agreements:
            if values.keys() >= names:
                faults += (fault_in(config.name, *each) for each in check(values, config.name))
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


def _read_values(config: pulumi.Config, values: dict[str, Any]) -> Iterator[str]:
    """Replace defaults by what is configured; a wrong value leaves none, so that no agreement complains about it."""
    for key, each in declared().items():
        text = config.get(key)
        if text is None:
            continue
        try:
            values[each.name] = each.metadata["rule"].read(text)
        except ValueError as error:
            del values[each.name]
            secret = _is_secret(f"{config.name}:{key}")
            fault = "the secret value is wrong" if secret else str(error)
            yield fault_in(config.name, each.name, fault)


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
    """Reject certificates of another region than the stack's: neither gateway nor load balancer accepts them."""
    region = pulumi.Config("aws").get("region") or ""
    for name in ("certificate_arn", "console_certificate_arn"):
        arn = values.get(name, "")
        if arn and region and (found := arn.split(":")[3]) != region:
            example = arn.replace(f":{found}:", f":{region}:", 1)
            yield fault_in(namespace, name, f"is a certificate of {found}, and the stack is in {region}", "", example)


def _unknown_keys(namespace: str) -> Iterator[str]:
    known = list(declared())
    found = {**pulumi.runtime.get_config_env(), **pulumi.runtime.config.CONFIG.get()}
    for full_key in sorted(found):
        owner, _, key = full_key.partition(":")
        if owner == namespace and key not in known:
            nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
            yield f"{full_key}: no such key; expected {namespace}:{nearest}? Remove it: pulumi config rm {full_key}"
