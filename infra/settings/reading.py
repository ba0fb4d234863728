"""The settings of a stack: declared once, read once, and all that is wrong reported together."""

from __future__ import annotations

import difflib
import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from inference_lib.contract.reading import load_contract, resolve_bundle
from inference_lib.environment import DEFAULT_MAX_INSTANCES
from inference_lib.errors import BundleError
from inference_lib.http.requests import MAX_ANSWER_BYTES
from inference_lib.protocols.predict import most_instances
from inference_lib.scoring.agreement import disagreement
from infra.image.context import BUNDLES
from infra.model_monitor.class_shares import watched_classes
from infra.naming import MAX_LOAD_BALANCER_NAME, MAX_STACK_NAME, PROJECT, STACK_NAME
from infra.settings.agreements import AGREEMENTS
from infra.settings.declaration import StackSettings, declared
from infra.settings.disagreement import key_of
from infra.settings.limits import RANDOM_KEY
from infra.settings.rules import Identifier, shown
from infra.settings.text_rules import feature_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inference_lib.contract.document import Contract


def load_settings(config: pulumi.Config, stack: str) -> StackSettings:
    """Read and check the settings of a stack; nothing else reads ``pulumi.Config``.

    Parameters
    ----------
    config : pulumi.Config
        The configuration of the project's own namespace.
    stack : str
        Name of the stack.

    Raises
    ------
    pulumi.RunError
        Something is wrong. The message has one line for each fault: the key, what is wrong, what
        is allowed and the command that sets it. Values that may be secret are not in it.
    """
    values: dict[str, Any] = {each.name: each.default for each in declared().values()}
    faults = [*_stack_faults(stack), *_unknown_keys(config.name), *_read_values(config, values)]
    for names, check in AGREEMENTS:
        if values.keys() >= names:
            faults += (_fault(config.name, *each) for each in check(values, config.name))
    faults += _elsewhere(config.name, values)
    faults += _long_names(config.name, stack, values)
    contract, bundle_faults = _read_bundle(config.name, values, "bundle")
    shadow, shadow_faults = _read_bundle(config.name, values, "shadow_bundle")
    faults += [*bundle_faults, *shadow_faults, *_shadow_faults(config.name, contract, shadow)]
    watched: dict[str, float] = {}
    if contract is not None and values.get("class_share_threshold") and contract.task != "regression":
        try:
            watched = watched_classes(Path(pulumi.get_root_directory()) / values["bundle"])
        except ValueError as error:
            faults.append(_fault(config.name, "class_share_threshold", str(error), "0 for this bundle", "0"))
    faults += _feature_faults(config.name, values, contract)
    if contract is not None and "max_instances" in values:
        faults += _answer_faults(config.name, values, most_instances(contract))
    if contract is None or faults:
        raise pulumi.RunError("\n".join(faults))
    version = shadow.version if shadow else ""
    return StackSettings(stack=stack, contract=contract, watched_classes=watched, shadow_version=version, **values)


def _read_values(config: pulumi.Config, values: dict[str, Any]) -> Iterator[str]:
    """Replace defaults by what is configured; a wrong value leaves none, so that nothing else is said of it."""
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
            yield _fault(config.name, each.name, fault)


def _is_secret(key: str) -> bool:
    return pulumi.runtime.is_config_secret(key) or key in pulumi.runtime.get_config_secret_keys_env()


def _fault(namespace: str, name: str, fault: str, expected: str = "", example: str = "") -> str:
    key = key_of(name)
    metadata = declared()[key].metadata
    value = example or metadata["example"]
    option = "--secret " if isinstance(metadata["rule"], Identifier) else ""
    return (
        f"{namespace}:{key}: {fault}; expected {expected or metadata['rule'].expected}. "
        f"Set it: pulumi config set {option}{namespace}:{key} {value if value == RANDOM_KEY else shlex.quote(value)}"
    )


def _feature_faults(namespace: str, values: dict[str, Any], contract: Contract | None) -> Iterator[str]:
    """Say which named features the model does not have: with a misspelt name, the real one would be captured."""
    known = [feature.name for feature in contract.features] if contract else []
    for name in ("capture_drop", "capture_hash") if contract else ():
        for feature in feature_names(values.get(name, "")):
            if feature not in known:
                fault = f"the model has no feature {shown(feature)}"
                yield _fault(namespace, name, fault, f"some of {', '.join(known)}", known[0])


def _answer_faults(namespace: str, values: dict[str, Any], most: int) -> Iterator[str]:
    """Say that answers of so many instances would not arrive; the default becomes what does."""
    limit = f"AWS Lambda returns at most {MAX_ANSWER_BYTES} bytes"
    if most < 1:
        yield _fault(namespace, "bundle", f"the model has so many classes that no prediction arrives: {limit}")
    elif values["max_instances"] == DEFAULT_MAX_INSTANCES:
        # Pulumi.yaml sets the default, so that nobody may have chosen it.
        values["max_instances"] = min(DEFAULT_MAX_INSTANCES, most)
    elif values["max_instances"] > most:
        fault = f"{values['max_instances']} is more than this model can answer at once: {limit}"
        yield _fault(namespace, "max_instances", fault, f"1 to {most} for this bundle", str(most))


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
    """Tell certificates of another region than the stack's: gateway and load balancer take none of these."""
    region = pulumi.Config("aws").get("region") or ""
    for name in ("certificate_arn", "console_certificate_arn"):
        arn = values.get(name, "")
        if arn and region and (found := arn.split(":")[3]) != region:
            example = arn.replace(f":{found}:", f":{region}:", 1)
            yield _fault(namespace, name, f"is a certificate of {found}, and the stack is in {region}", "", example)


def _unknown_keys(namespace: str) -> Iterator[str]:
    known = list(declared())
    found = {**pulumi.runtime.get_config_env(), **pulumi.runtime.config.CONFIG.get()}
    for full_key in sorted(found):
        owner, _, key = full_key.partition(":")
        if owner == namespace and key not in known:
            nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
            yield f"{full_key}: no such key; expected {namespace}:{nearest}? Remove it: pulumi config rm {full_key}"


def _read_bundle(namespace: str, values: dict[str, Any], name: str) -> tuple[Contract | None, list[str]]:
    """Return the contract and replace the path by that of the version, relative to the project."""
    if not values.get(name):
        return None, []
    root = Path(pulumi.get_root_directory()).resolve()
    path = values[name]
    relative = Path(os.path.relpath(root / path, root))
    if relative.parts[0] != BUNDLES:
        fault = f"{shown(path)} is not below {BUNDLES}/, whose bundles alone enter the image"
        return None, [_fault(namespace, name, fault)]
    try:
        resolved = resolve_bundle(str(root / relative))
        contract = load_contract(resolved)
    except BundleError as error:
        reason = str(error).replace(f"{root}{os.sep}", "").removesuffix(".")
        key = key_of(name)
        example = declared()[key].metadata["example"]
        return None, [f"{namespace}:{key}: {reason}. Set it: pulumi config set {namespace}:{key} {example}"]
    values[name] = Path(resolved).relative_to(root).as_posix()
    return contract, []


def _shadow_faults(namespace: str, contract: Contract | None, shadow: Contract | None) -> Iterator[str]:
    if contract and shadow:
        same = "it is the version that is served" if contract.version == shadow.version else ""
        if fault := same or disagreement(contract, shadow):
            yield _fault(namespace, "shadow_bundle", fault, "another bundle with the same features and classes")
