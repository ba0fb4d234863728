"""The bundles that the settings name, and the constraints between settings and model."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inference_lib.contract.document import IGNORE, PROFILE_FILE
from inference_lib.contract.reading import load_contract, resolve_bundle
from inference_lib.environment import DEFAULT_MAX_INSTANCES
from inference_lib.errors import BundleError
from inference_lib.http.requests import MAX_ANSWER_BYTES
from inference_lib.protocols.predict import most_instances
from inference_lib.scoring.agreement import disagreement
from infra.settings.agreement import key_of
from infra.settings.declaration import declared
from infra.settings.faults import fault_in
from infra.settings.subjects.model import BUNDLES
from infra.settings.values.rule import refused, shown
from infra.settings.values.words import feature_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inference_lib.contract.document import Contract

MAX_WATCHED = 9
"""Together with the count of all predictions, the most metrics that an alarm may use in metric math.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""
DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Bundles:
    """The contents of the bundles of a stack that settings depend on.

    Parameters
    ----------
    contract, shadow : Contract or None
        Contracts of the model and of its shadow; None if missing or invalid.
    watched_classes : dict of str to float
        As in ``StackSettings``.
    """

    contract: Contract | None
    shadow: Contract | None
    watched_classes: dict[str, float]


def read_bundles(namespace: str, values: dict[str, Any], root: Path, faults: list[str]) -> Bundles:
    """Read the bundles, and replace their paths by those of their versions.

    Parameters
    ----------
    namespace : str
        Namespace of the keys.
    values : dict of str to object
        The valid settings, by field; changed in place.
    root : Path
        Directory of the project.
    faults : list of str
        Receives a message for each fault.
    """
    contract, shadow = (_read(namespace, values, name, root.resolve(), faults) for name in ("bundle", "shadow_bundle"))
    if contract and shadow:
        faults += _shadow_faults(namespace, contract, shadow)
    if contract and values.get("unknown_features") == IGNORE:
        contract.unknown_features = IGNORE
    watched: dict[str, float] = {}
    if contract is not None and values.get("class_share_threshold") and contract.classes:
        try:
            watched = watched_classes(root / values["bundle"])
        except ValueError as error:
            faults.append(fault_in(namespace, "class_share_threshold", str(error), "0 for this bundle", "0"))
    if contract is not None:
        faults += _feature_faults(namespace, values, contract)
        faults += _feedback_faults(namespace, values, contract)
        if "max_instances" in values:
            faults += _answer_faults(namespace, values, most_instances(contract))
    return Bundles(contract=contract, shadow=shadow, watched_classes=watched)


def _read(namespace: str, values: dict[str, Any], name: str, root: Path, faults: list[str]) -> Contract | None:
    path = values.get(name)
    if not path:
        return None
    relative = Path(os.path.relpath(root / path, root))
    if relative.parts[0] != BUNDLES:
        fault = str(refused(path, f"is not below {BUNDLES}/, the only directory whose bundles enter the image"))
        faults.append(fault_in(namespace, name, fault))
        return None
    try:
        resolved = resolve_bundle(str(root / relative))
        contract = load_contract(resolved)
    except BundleError as error:
        reason = str(error).replace(f"{root}{os.sep}", "").removesuffix(".")
        key = key_of(name)
        example = declared()[key].metadata["example"]
        faults.append(f"{namespace}:{key}: {reason}. Set it: pulumi config set {namespace}:{key} {example}")
        return None
    values[name] = Path(resolved).relative_to(root).as_posix()
    return contract


def _shadow_faults(namespace: str, contract: Contract, shadow: Contract) -> Iterator[str]:
    same = "it is the version that is served" if contract.version == shadow.version else ""
    if fault := same or disagreement(contract, shadow):
        yield fault_in(namespace, "shadow_bundle", fault, "another bundle with the same features and classes")


def _feature_faults(namespace: str, values: Mapping[str, Any], contract: Contract) -> Iterator[str]:
    """Report features that the model does not have: with a misspelt name, the real one would be captured."""
    known = [feature.name for feature in contract.features]
    for name in ("capture_drop", "capture_hash"):
        for feature in feature_names(values.get(name, "")):
            if feature not in known:
                fault = f"the model has no feature {shown(feature)}"
                yield fault_in(namespace, name, fault, f"some of {', '.join(known)}", known[0])


def _feedback_faults(namespace: str, values: Mapping[str, Any], contract: Contract) -> Iterator[str]:
    if values.get("feedback") and not contract.takes_feedback:
        fault = f"predictions of this model ({contract.task}) have no single actual label or value"
        yield fault_in(namespace, "feedback", fault, "false for this bundle", "false")


def _answer_faults(namespace: str, values: dict[str, Any], most: int) -> Iterator[str]:
    """Reject responses that exceed the size limit; the default becomes the largest number that fits."""
    limit = f"AWS Lambda returns at most {MAX_ANSWER_BYTES} bytes"
    if most < 1:
        yield fault_in(namespace, "bundle", f"the model has so many classes that no response fits: {limit}")
    elif values["max_instances"] == DEFAULT_MAX_INSTANCES:
        # Pulumi.yaml sets the default, so that the value may not be a choice of the user.
        values["max_instances"] = min(DEFAULT_MAX_INSTANCES, most)
    elif values["max_instances"] > most:
        fault = f"{values['max_instances']} instances do not fit into one response of this model: {limit}"
        yield fault_in(namespace, "max_instances", fault, f"1 to {most} for this bundle", str(most))


def watched_classes(bundle: Path) -> dict[str, float]:
    """Return the share of each class that is watched, in the predictions of the reference profile.

    The rarest class needs no metric: its share follows from the others. Beyond ``MAX_WATCHED`` classes, the rare ones
    are combined.

    Parameters
    ----------
    bundle : Path
        Directory of a bundle.

    Raises
    ------
    ValueError
        The bundle has no profile of its predictions.
    """
    shares = _shares(bundle / PROFILE_FILE)
    if not shares:
        raise ValueError("the bundle has no profile that says how often each class is predicted")
    frequent = sorted(shares, key=lambda label: (-shares[label], label))[: min(MAX_WATCHED, len(shares) - 1)]
    return {label: shares[label] for label in frequent}


def _shares(profile: Path) -> dict[str, float]:
    try:
        counts: dict[str, int] = json.loads(profile.read_text(encoding="utf-8"))["predictions"]["classes"]
        total = sum(counts.values())
        return {label: round(count / total, DIGITS) for label, count in counts.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError):
        return {}
