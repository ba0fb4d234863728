"""A bundle on disk: its version derived from its content, its directory there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from inference_lib.bundle.loading import verify_files
from inference_lib.contract.document import CONTRACT_FILE, LATEST_FILE, MODEL_FILE
from inference_lib.errors import BundleError
from model_export.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from inference_lib.contract.document import Contract


def write_bundle(
    contract: Contract, files: Mapping[str, bytes], out: Path, pages: Mapping[str, bytes] | None = None
) -> tuple[Path, bool]:
    """Write ``out/NAME/VERSION`` and name it in ``out/NAME/latest``.

    A version that is there and undamaged is kept as it is; a damaged one is replaced.

    Parameters
    ----------
    contract : Contract
        Its ``files`` are filled in here.
    files : mapping of str to bytes
        Content by file name, without the contract.
    out : Path
        Where the bundles of all models are.
    pages : mapping of str to bytes, optional
        Content for people alone, by file name: the contract holds no SHA-256 of it.

    Returns
    -------
    path : Path
        The directory of the version.
    written : bool
        False when the version was there.

    Raises
    ------
    InputError
        The directory cannot be written.
    """
    contract.files = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    path = out / contract.name / contract.version
    try:
        written = _put(path, contract, {**files, **(pages or {})})
        _write_latest(path.parent, contract.version)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error}).") from error
    return path, written


def _put(path: Path, contract: Contract, files: Mapping[str, bytes]) -> bool:
    """Write a version, and say whether it was not there undamaged."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if _is_intact(path):
        return False
    with _beside(path.parent) as staging:
        _fill(staging, contract, files)
        _swap(staging, path)
    return True


def contract_document(contract: Contract) -> bytes:
    """Return the content of ``contract.json``."""
    return (json.dumps(contract.to_dict(), ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _is_intact(path: Path) -> bool:
    try:
        verify_files(str(path))
    except BundleError:
        return False
    return True


@contextmanager
def _beside(home: Path) -> Iterator[Path]:
    """Give a directory beside the final one, on the same file system, and remove what is left of it."""
    staging = home / f".writing-{secrets.token_hex(4)}"
    staging.mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if not any(home.iterdir()):
            home.rmdir()


def _fill(staging: Path, contract: Contract, files: Mapping[str, bytes]) -> None:
    for name, content in {**files, CONTRACT_FILE: contract_document(contract)}.items():
        (staging / name).write_bytes(content)
    if contract.files[MODEL_FILE] != verify_files(str(staging)).files[MODEL_FILE]:
        raise OSError(f"{MODEL_FILE} was not written whole")


def _swap(staging: Path, path: Path) -> None:
    if path.exists():
        # Renamed into the staging directory, so that it goes when that is removed.
        damaged = staging.with_name(f"{staging.name}-damaged")
        path.rename(damaged)
        staging.rename(path)
        shutil.rmtree(damaged, ignore_errors=True)
    else:
        staging.rename(path)


def _write_latest(home: Path, version: str) -> None:
    handle, name = tempfile.mkstemp(dir=home, prefix=f".{LATEST_FILE}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{version}\n")
        os.chmod(name, 0o644)
        os.replace(name, home / LATEST_FILE)
    except OSError:
        os.unlink(name)
        raise
