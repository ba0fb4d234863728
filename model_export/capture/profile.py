"""A new reference profile from captured rows, and the same model with it as a new version."""

from __future__ import annotations

import copy
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from inference_lib.bundle.loading import verify_files
from inference_lib.contract.digests import content_version
from inference_lib.contract.document import FORMAT_VERSION, GOLDEN_FILE, MODEL_FILE, PROFILE_FILE
from model_export.bundle.write import write_bundle
from model_export.errors import InputError
from model_export.evaluation.reference import feature_profile, prediction_profile, profile_document

if TYPE_CHECKING:
    from inference_lib.contract.document import Contract, Json
    from model_export.capture.rows import Captured


def captured_profile(contract: Contract, captured: Captured, before: dict[str, Json]) -> dict[str, Json]:
    """Return the members of a ``profile.json`` that is made from captured rows.

    Parameters
    ----------
    contract : Contract
        Of the model.
    captured : Captured
        Its rows.
    before : dict
        The profile that the bundle has: a feature without a single captured value keeps what it says.

    Raises
    ------
    InputError
        There is no row.
    """
    if not captured.predictions:
        raise InputError(f"the capture has no row that {contract.name} {contract.version} has answered.")
    rows = len(captured.predictions)
    features: dict[str, Json] = {}
    for feature in contract.features:
        values = captured.values[feature.name]
        described = feature_profile(feature, values) if values else _kept(feature.name, before)
        if described is not None:
            features[feature.name] = _with_rows(described, len(values), rows)
    return {
        "format_version": FORMAT_VERSION,
        "rows": rows,
        "features": features,
        "predictions": prediction_profile(captured.predictions),
    }


def _kept(name: str, before: dict[str, Json]) -> dict[str, Json] | None:
    """Return what a profile says of a feature, with the number of its rows."""
    features = before["features"]
    described = features.get(name) if isinstance(features, dict) else None
    return {"rows": before.get("rows"), **described} if isinstance(described, dict) else None


def _with_rows(described: dict[str, Json], values: int, rows: int) -> dict[str, Json]:
    """Name the number of rows of a feature where it is not that of the whole profile."""
    return {**described, "rows": described.get("rows", values)} if values != rows else described


def read_profile(bundle: str) -> dict[str, Json]:
    """Return the profile of a bundle.

    Raises
    ------
    InputError
        It is missing or malformed.
    """
    path = Path(bundle, PROFILE_FILE)
    try:
        profile = json.loads(path.read_bytes())
        if isinstance(profile["features"], dict):
            return dict(profile)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise InputError(f"{path}: is missing or damaged. Copy the bundle again, or export the model again.")


def write_with_profile(bundle: str, profile: dict[str, Json]) -> tuple[Path, bool]:
    """Write the model of a bundle with another profile, beside the bundle, and name it in ``latest``.

    Parameters
    ----------
    bundle : str
        ``DIR/NAME/VERSION``, of which every file is checked.
    profile : dict
        The members of the new ``profile.json``.

    Returns
    -------
    path : Path
        The directory of the new version. It has no ``report.html``: that page tells of an export.
    written : bool
        False when the version was there.

    Raises
    ------
    BundleError
        The bundle is damaged.
    InputError
        It is not in a directory of its name, or the new one cannot be written.
    """
    place = Path(bundle)
    contract = copy.copy(verify_files(bundle))
    full = place.resolve()
    if (full.parent.name, full.name) != (contract.name, contract.version):
        raise InputError(
            f"{bundle}: expected a directory {contract.name}/{contract.version}, beside which the new version is "
            "written. Copy the bundle to bundles/ first."
        )
    content = profile_document(profile)
    contract.profile_sha256 = hashlib.sha256(content).hexdigest()
    contract.version = content_version(contract, contract.files[MODEL_FILE])
    files = {name: (place / name).read_bytes() for name in (MODEL_FILE, GOLDEN_FILE)}
    return write_bundle(contract, {**files, PROFILE_FILE: content}, Path(os.path.normpath(place / ".." / "..")))


def write_profile(profile: dict[str, Json], path: Path) -> None:
    """Write a profile into a file, beside it first.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    staging = path.with_name(f".{path.name}.writing")
    try:
        staging.write_bytes(profile_document(profile))
        staging.replace(path)
    except OSError as error:
        staging.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot be written ({error.strerror or error}).") from error
