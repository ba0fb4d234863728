"""Reads ``contract.json`` and checks that it is consistent."""

from __future__ import annotations

import json
import os

from inference_lib.contract.document import (
    CONTRACT_FILE,
    ELEMENT_TYPES,
    FEATURE_TYPES,
    IGNORE,
    LATEST_FILE,
    READABLE_VERSIONS,
    REFUSE,
    TASKS,
    Contract,
    Feature,
    InputTensor,
    OutputTensor,
    Target,
)
from inference_lib.errors import BundleError

_READABLE = " and ".join(map(str, READABLE_VERSIONS))


def contract_from_dict(document: object, source: str) -> Contract:
    """Build a contract from the decoded members of ``contract.json``.

    Parameters
    ----------
    document : object
        The decoded JSON.
    source : str
        Where it was read, for error messages.

    Raises
    ------
    BundleError
        The document is not a contract of one of ``READABLE_VERSIONS``, or contradicts itself.
    """
    if not isinstance(document, dict):
        raise BundleError(f"{source}: expected a JSON object. Export the model again: python -m model_export --help")
    found = document.get("format_version")
    if found not in READABLE_VERSIONS:
        raise BundleError(
            f"{source}: bundle format {found!r}, this library reads formats {_READABLE}. "
            "Export the model again with this version, or install the version that wrote it."
        )
    try:
        contract = Contract(
            **{
                **document,
                "features": tuple(Feature(**feature) for feature in document["features"]),
                "inputs": tuple(InputTensor(**tensor) for tensor in document["inputs"]),
                "outputs": {role: OutputTensor(**tensor) for role, tensor in document["outputs"].items()},
                "classes": tuple(document["classes"]),
                "targets": tuple(Target(**target) for target in document.get("targets", ())),
            }
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise BundleError(f"{source}: not a contract of format {found} ({error}). Export again.") from error
    _check_consistency(contract, source)
    return contract


def _check_consistency(contract: Contract, source: str) -> None:
    packed = [name for tensor in contract.inputs for name in tensor.features]
    if sorted(packed) != sorted(feature.name for feature in contract.features):
        raise BundleError(f"{source}: inputs must hold each feature exactly once. Export again.")
    if contract.task not in TASKS:
        raise BundleError(f"{source}: tasks are {', '.join(TASKS)}; found {contract.task!r}. Export again.")
    expected = _expected_roles(contract)
    if set(contract.outputs) not in expected:
        raise BundleError(
            f"{source}: task {contract.task!r} expects the outputs {' or '.join(_listed(each) for each in expected)}; "
            f"found {_listed(set(contract.outputs))}. Export again."
        )
    if contract.unknown_features not in (REFUSE, IGNORE):
        raise BundleError(f"{source}: unknown_features must be {REFUSE} or {IGNORE}. Export again.")
    element_types = {tensor.element_type for tensor in contract.inputs}
    element_types |= {tensor.element_type for tensor in contract.outputs.values()}
    if not element_types <= set(ELEMENT_TYPES):
        raise BundleError(f"{source}: element types must be among {', '.join(ELEMENT_TYPES)}. Export again.")
    if not {feature.type for feature in contract.features} <= set(FEATURE_TYPES):
        raise BundleError(f"{source}: feature types must be among {', '.join(FEATURE_TYPES)}. Export again.")


def _expected_roles(contract: Contract) -> list[set[str]]:
    """Return the sets of outputs that predictions of the task are made of."""
    label = {"label"}
    if contract.targets and contract.task == "regression":
        return [{"values"}]
    if contract.targets:
        numbers = range(1, len(contract.targets) + 1)
        labels = {f"label_{number}" for number in numbers}
        return [labels | {f"probabilities_{number}" for number in numbers}, labels]
    return {
        "regression": [{"value"}],
        "anomaly": [label | {"score"}],
        "clustering": [label | {"probabilities"}, label | {"distances"}, label],
    }.get(contract.task, [{"probabilities"}, label | {"probabilities"}, label | {"scores"}, label])


def _listed(names: set[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))


def load_contract(bundle: str) -> Contract:
    """Read ``contract.json`` of a bundle directory, without checking the other files.

    Raises
    ------
    BundleError
        The file is missing, is not JSON or is not a contract of one of ``READABLE_VERSIONS``.
    """
    path = os.path.join(bundle, CONTRACT_FILE)
    try:
        with open(path, "rb") as file:
            document = json.load(file)
    except OSError as error:
        raise BundleError(
            f"{path}: cannot be read ({error.strerror}). MODEL_BUNDLE must name the directory of one bundle version."
        ) from error
    except ValueError as error:
        raise BundleError(f"{path}: is not JSON ({error}). Export the model again.") from error
    return contract_from_dict(document, path)


def resolve_bundle(path: str) -> str:
    """Return the directory of one bundle version.

    Parameters
    ----------
    path : str
        Either such a directory, ``NAME/VERSION``, or the directory of a model, ``NAME``, whose
        ``latest`` file names the version that was written last.

    Raises
    ------
    BundleError
        There is no bundle at the path.
    """
    if os.path.isfile(os.path.join(path, CONTRACT_FILE)):
        return path
    try:
        with open(os.path.join(path, LATEST_FILE), encoding="utf-8") as file:
            version = file.read().strip()
    except OSError:
        version = ""
    resolved = os.path.join(path, version)
    if not version or not os.path.isfile(os.path.join(resolved, CONTRACT_FILE)):
        raise BundleError(
            f"{path}: no model bundle here; expected {CONTRACT_FILE}, or a file {LATEST_FILE!r} that names a version. "
            "Export one: make export MODEL=model.joblib DATA=data.csv NAME=my_model"
        )
    return resolved
