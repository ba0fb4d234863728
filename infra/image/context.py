"""What Docker would send to the build, and a digest of it, so that an image's tag says what is inside.

Tags are immutable in our repositories: a tag that stayed while the content changed could not be pushed.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from infra.settings.subjects.model import BUNDLES

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCKERFILE = "Dockerfile"
SOURCE_DATE_EPOCH = "0"
"""The image's own date, so that its digest follows from its content [1]_.

References
----------
.. [1] https://docs.docker.com/build/ci/github-actions/reproducible-builds/
"""
IGNORE_FILE = ".dockerignore"


@dataclass(frozen=True)
class _Pattern:
    expression: re.Pattern[str]
    keeps: bool


def _expression(pattern: str) -> re.Pattern[str]:
    """Translate one pattern: ``*`` stops at a slash, ``**`` does not; a directory matches what is in it."""
    parts: list[str] = []
    for token in re.findall(r"\*\*/?|\*|\?|[^*?]+", pattern):
        if token.startswith("**"):
            parts.append("(?:.*/)?" if token.endswith("/") else ".*")
        else:
            parts.append({"*": "[^/]*", "?": "[^/]"}.get(token) or re.escape(token))
    return re.compile("".join(parts) + "(?:/.*)?")


def _patterns(text: str) -> list[_Pattern]:
    lines = [line.strip() for line in text.splitlines()]
    return [
        _Pattern(_expression(line.removeprefix("!").strip().strip("/")), keeps=line.startswith("!"))
        for line in lines
        if line and not line.startswith("#")
    ]


def _is_kept(path: str, patterns: list[_Pattern]) -> bool:
    kept = True
    for pattern in patterns:
        if pattern.expression.fullmatch(path):
            kept = pattern.keeps
    return kept


def context_files(root: Path, dockerfile: str = DOCKERFILE) -> Iterator[Path]:
    """Yield the files of a build context, in a fixed order, as ``.dockerignore`` leaves them.

    The Dockerfile and the file of ignored patterns are sent whatever the latter says; one beside the Dockerfile, with
    its name in front, takes the place of the context's own.

    Parameters
    ----------
    root : Path
        The context. Hidden directories, which hold caches and the virtual environment, are not
        looked into unless a pattern keeps something of them.
    dockerfile : str
        Relative to the context.

    References
    ----------
    .. [1] https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    own = f"{dockerfile}{IGNORE_FILE}"
    ignore = own if (root / own).is_file() else IGNORE_FILE
    text = (root / ignore).read_text(encoding="utf-8") if (root / ignore).is_file() else ""
    patterns = _patterns(text)
    wanted = set(re.findall(r"^!(\.[^/\s]+)/", text, re.MULTILINE))
    for directory, folders, names in os.walk(root):
        folders[:] = sorted(
            name for name in folders if (not name.startswith(".") and name != "__pycache__") or name in wanted
        )
        for name in sorted(names):
            path = Path(directory, name)
            relative = path.relative_to(root).as_posix()
            if relative in {dockerfile, ignore} or _is_kept(relative, patterns):
                yield path


def context_digest(root: Path, bundle: str, *settings: str, shadow: str = "", dockerfile: str = DOCKERFILE) -> str:
    """Return a digest of what an image is made of: its files' names, modes and contents, and the build's settings.

    The context holds every bundle, and the image one, or two with a shadow: another model that was exported
    meanwhile does not count.

    Parameters
    ----------
    root : Path
        The context.
    bundle : str
        Directory of the bundle that goes into the image, relative to the context.
    *settings : str
        What else decides what is in the image, such as the platform.
    shadow : str
        Directory of the second one; empty when there is none.
    dockerfile : str
        Relative to the context.
    """
    bundles = tuple(f"{each}/" for each in (bundle, shadow) if each)
    digest = hashlib.sha256("\0".join((bundle, *settings, *([shadow] if shadow else []))).encode())
    for path in context_files(root, dockerfile):
        relative = path.relative_to(root).as_posix()
        if relative.startswith(f"{BUNDLES}/") and not relative.startswith(bundles):
            continue
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        executable = os.access(path, os.X_OK)
        digest.update(f"\n{relative}\0{executable}\0{content}".encode())
    return digest.hexdigest()
