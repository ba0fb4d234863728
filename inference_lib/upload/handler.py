"""The handler that writes bundles to shared storage; it runs in the same image, with write access.

An event is ``{"action": ..., "bundle": "NAME/VERSION"}``. A file comes in parts, each with its offset, because Lambda
accepts 6 MB at once. The bundle is in a folder of its own until it is complete and verified, and is then renamed, so
that the function never sees half a bundle. Errors are answered as ``{"error": sentence}``.

Environment variables: ``MODELS_DIRECTORY``, where the file system is mounted.
"""

from __future__ import annotations

import base64
import os
import shutil

from inference_lib import environment
from inference_lib.bundle.loading import load_bundle, verify_files
from inference_lib.errors import InferenceError, RuntimeLibraryError, SettingsError
from inference_lib.upload.parts import FILES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from inference_lib.contract.document import Json

INCOMING: Final = ".incoming"
"""Folder of incomplete bundles."""
_PARTS = 2


class UploadError(Exception):
    """The request cannot be fulfilled; the message is one sentence."""


def handler(event: dict[str, Json], _context: object) -> dict[str, Json]:
    """Answer one event."""
    root = os.environ.get(environment.MODELS_DIRECTORY, "")
    try:
        return _ACTIONS.get(str(event.get("action")), _unknown)(root, event)
    except (UploadError, InferenceError) as error:
        return {"error": str(error).replace(f"{root}/{INCOMING}/", "")}
    except OSError as error:
        return {"error": f"{error.filename or root}: {error.strerror}. Is the file system mounted, and not full?"}


def _unknown(_root: str, _event: dict[str, Json]) -> dict[str, Json]:
    raise UploadError(f"action: is unknown; expected {', '.join(_ACTIONS)}.")


def _list(root: str, _event: dict[str, Json]) -> dict[str, Json]:
    """Return the complete bundles with their sizes in bytes."""
    bundles: dict[str, Json] = {}
    for name in sorted(os.listdir(root)):
        folder = os.path.join(root, name)
        if name.startswith(".") or not os.path.isdir(folder):
            continue
        for version in sorted(os.listdir(folder)):
            bundles[f"{name}/{version}"] = sum(_sizes(os.path.join(folder, version)).values())
    return {"bundles": bundles}


def _begin(root: str, event: dict[str, Json]) -> dict[str, Json]:
    """Return whether a bundle is complete, and how much of each file has arrived."""
    bundle = _bundle_of(event)
    sizes: dict[str, Json] = dict(_sizes(os.path.join(root, INCOMING, bundle)))
    return {"complete": os.path.isdir(os.path.join(root, bundle)), "files": sizes}


def _write(root: str, event: dict[str, Json]) -> dict[str, Json]:
    """Write a part of a file at its offset; anything after it, from an earlier attempt, is cut off."""
    name, offset, data = event.get("file"), event.get("offset"), event.get("data")
    if name not in FILES or not isinstance(name, str):
        raise UploadError(f"file: is not a file of a bundle; expected {', '.join(FILES)}.")
    if not isinstance(offset, int) or offset < 0 or not isinstance(data, str):
        raise UploadError("offset, data: expected bytes from the start of the file, and Base64.")
    try:
        content = base64.b64decode(data, validate=True)
    except ValueError:
        raise UploadError("data: is not Base64.") from None
    folder = os.path.join(root, INCOMING, _bundle_of(event))
    os.makedirs(folder, exist_ok=True)
    place = os.path.join(folder, name)
    if offset > (os.path.getsize(place) if os.path.exists(place) else 0):
        raise UploadError(f"offset: {offset} is beyond the end of the file that has arrived. Start again.")
    with open(place, "r+b" if offset else "wb") as file:
        file.seek(offset)
        file.write(content)
        file.truncate()
    return {"size": offset + len(content)}


def _finish(root: str, event: dict[str, Json]) -> dict[str, Json]:
    """Publish a bundle after verifying it; one that fails is removed, so that the next attempt sends it again."""
    bundle = _bundle_of(event)
    incoming, place = os.path.join(root, INCOMING, bundle), os.path.join(root, bundle)
    try:
        _verify(bundle, incoming)
    except (RuntimeLibraryError, SettingsError):
        # The function is at fault, and the bundle may be intact.
        raise
    except (UploadError, InferenceError):
        shutil.rmtree(incoming, ignore_errors=True)
        raise
    os.makedirs(os.path.dirname(place), exist_ok=True)
    if os.path.isdir(place):
        shutil.rmtree(incoming)
    else:
        os.rename(incoming, place)
    return {"bundle": bundle, "bytes": sum(_sizes(place).values())}


def _verify(bundle: str, incoming: str) -> None:
    """Check a bundle as the function does when it starts, and all of its golden requests."""
    contract = verify_files(incoming)
    if contract.version != bundle.partition("/")[2]:
        raise UploadError(f"{bundle}: the contract has the version {contract.version}. Use that name.")
    loaded = load_bundle(incoming, max_instances=1)
    for case in loaded.golden.cases:
        if difference := loaded.disagreement(case):
            raise UploadError(f"{bundle}: a golden request has another prediction than the original's: {difference}.")


def _remove(root: str, event: dict[str, Json]) -> dict[str, Json]:
    """Remove a bundle, complete or not."""
    bundle = _bundle_of(event)
    found = [
        place for place in (os.path.join(root, bundle), os.path.join(root, INCOMING, bundle)) if os.path.isdir(place)
    ]
    if not found:
        raise UploadError(f"{bundle}: there is no such bundle.")
    for place in found:
        shutil.rmtree(place)
    return {"removed": bundle}


def _bundle_of(event: dict[str, Json]) -> str:
    bundle = event.get("bundle")
    parts = bundle.split("/") if isinstance(bundle, str) else []
    if len(parts) != _PARTS or not all(_is_plain(part) for part in parts):
        raise UploadError("bundle: expected NAME/VERSION, in letters, digits, spaces, hyphens, dots and underscores.")
    return "/".join(parts)


def _is_plain(part: str) -> bool:
    """Whether a name stays in its folder, and is not a hidden one."""
    return part[:1] not in {"", "."} and all(letter.isalnum() or letter in " ._-" for letter in part)


def _sizes(folder: str) -> dict[str, int]:
    if not os.path.isdir(folder):
        return {}
    return {name: os.path.getsize(os.path.join(folder, name)) for name in sorted(os.listdir(folder))}


_ACTIONS = {"list": _list, "begin": _begin, "write": _write, "finish": _finish, "remove": _remove}
