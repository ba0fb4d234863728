"""The bundles on disk, as people compare them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inference_lib.contract.document import CONTRACT_FILE, LATEST_FILE, Contract
from inference_lib.contract.reading import load_contract
from inference_lib.errors import BundleError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Listed:
    """One version of a model on disk.

    Parameters
    ----------
    path : Path
        Its directory.
    contract : Contract
        Of the bundle.
    written : datetime
        When it came here, in UTC: a bundle itself holds no date, so that it is the same on any day.
    size_bytes : int
        Of all its files.
    is_latest : bool
        Whether the model's ``latest`` file names it.
    """

    path: Path
    contract: Contract
    written: datetime
    size_bytes: int
    is_latest: bool


def list_bundles(out: Path, name: str | None = None) -> tuple[list[Listed], list[str]]:
    """Return the versions of all models below a directory.

    Parameters
    ----------
    out : Path
        Where the bundles of all models are.
    name : str, optional
        One model alone.

    Returns
    -------
    versions : list of Listed
        By model, the newest first.
    faults : list of str
        One sentence for each bundle that cannot be read.
    """
    versions: list[Listed] = []
    faults: list[str] = []
    for path in bundle_folders(out, name):
        try:
            versions.append(_listed(path))
        except BundleError as error:
            faults.append(str(error))
    return sorted(versions, key=lambda each: (each.contract.name, -each.written.timestamp(), each.path)), faults


def bundle_folders(out: Path, name: str | None = None) -> list[Path]:
    """Return the directories of all versions, or of those of one model, by path.

    What an export that was killed has left is no version: its name begins with a point.
    """
    found = (file.parent for file in out.glob(f"{name or '*'}/*/{CONTRACT_FILE}"))
    return sorted(path for path in found if not path.name.startswith("."))


def _listed(path: Path) -> Listed:
    latest = path.parent / LATEST_FILE
    return Listed(
        path=path,
        contract=load_contract(str(path)),
        written=datetime.fromtimestamp((path / CONTRACT_FILE).stat().st_mtime, UTC),
        size_bytes=sum(file.stat().st_size for file in path.iterdir() if file.is_file()),
        is_latest=latest.is_file() and latest.read_text(encoding="utf-8").strip() == path.name,
    )
