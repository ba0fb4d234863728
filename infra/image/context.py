"""The sources of an image: its files, their digest for its tag, and a separate build context.

Tags are immutable in our repositories: changed content could not be pushed under an old tag.
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from infra.settings.subjects.model import BUNDLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DOCKERFILE = "Dockerfile"
SOURCE_DATE_EPOCH = "0"
"""Creation date of the image, fixed so that its digest depends on its content only [1]_.

References
----------
.. [1] https://docs.docker.com/build/ci/github-actions/reproducible-builds/
"""
IGNORE_FILE = ".dockerignore"
STAGED = "build/context"
"""Directory of the build contexts, relative to the project, so that the state contains no local path."""
_MODE = 0o644


@dataclass(frozen=True)
class _Pattern:
    expression: re.Pattern[str]
    keeps: bool


def _expression(pattern: str) -> re.Pattern[str]:
    """Translate one pattern: ``*`` stops at a slash, ``**`` does not; a directory matches its content."""
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


def _kept_folders(text: str) -> list[list[str]] | None:
    """Return the paths of an allow list, part by part; None if the patterns are no allow list."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [line[1:].strip("/").split("/") for line in lines if line.startswith("!")] if lines[:1] == ["*"] else None


def _may_hold(folder: list[str], kept: list[list[str]] | None) -> bool:
    """Return whether a pattern can keep files of a folder, so that other folders are skipped."""
    if kept is None:
        return folder[-1] != "__pycache__" and not folder[-1].startswith(".")
    return any(
        "**" in pattern or all(fnmatch.fnmatchcase(*pair) for pair in zip(folder, pattern, strict=False))
        for pattern in kept
    )


def context_files(root: Path, dockerfile: str = DOCKERFILE) -> Iterator[Path]:
    """Yield the files of a build context that ``.dockerignore`` keeps, in a fixed order.

    The Dockerfile and the ignore file are always sent. An ignore file next to the Dockerfile, prefixed with its name,
    replaces that of the context.

    Parameters
    ----------
    root : Path
        The context. Directories in which no pattern keeps a file are skipped.
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
    kept = _kept_folders(text)
    for directory, folders, names in os.walk(root):
        parts = Path(directory).relative_to(root).parts
        folders[:] = sorted(name for name in folders if _may_hold([*parts, name], kept))
        for name in sorted(names):
            path = Path(directory, name)
            relative = path.relative_to(root).as_posix()
            if relative in {dockerfile, ignore} or _is_kept(relative, patterns):
                yield path


@dataclass(frozen=True, kw_only=True)
class ImageContent:
    """The sources of one image.

    Parameters
    ----------
    root : Path
        The project directory.
    bundle, shadow : str
        Directories of the bundles that go into the image, relative to the project; empty for none.
    dockerfile : str
        Path of the Dockerfile, relative to the project.
    """

    root: Path
    bundle: str = ""
    shadow: str = ""
    dockerfile: str = DOCKERFILE

    def files(self) -> dict[str, bytes]:
        """Return the contents of the files by path, without any other bundle."""
        bundles = tuple(f"{each}/" for each in (self.bundle, self.shadow) if each)
        paths = ((path.relative_to(self.root).as_posix(), path) for path in context_files(self.root, self.dockerfile))
        return {
            (DOCKERFILE if name == self.dockerfile else name): path.read_bytes()
            for name, path in paths
            if not name.endswith(IGNORE_FILE) and (not name.startswith(f"{BUNDLES}/") or name.startswith(bundles))
        }


def context_digest(files: Mapping[str, bytes], *settings: str) -> str:
    """Return a digest of the sources of an image: names and contents of files, and build settings.

    Parameters
    ----------
    files : dict of str to bytes
        Contents by path.
    *settings : str
        Other values that the image depends on, such as the platform.
    """
    digest = hashlib.sha256("\0".join(settings).encode())
    for name in sorted(files):
        digest.update(f"\n{name}\0{hashlib.sha256(files[name]).hexdigest()}".encode())
    return digest.hexdigest()


def stage(files: Mapping[str, bytes], directory: Path) -> None:
    """Write a separate build context: these files only, with equal modes.

    pulumi-docker builds and pushes again when the name, the mode or the content of any file in its context changes
    [1]_. In a shared context that could be a bundle of another stack, or the umask of another checkout.

    Parameters
    ----------
    files : dict of str to bytes
        Contents by path.
    directory : Path
        Created if it is missing; files that are up to date are not written.

    References
    ----------
    .. [1] https://github.com/pulumi/pulumi-docker/blob/master/provider/provider.go, hashContext
    """
    for path in sorted(directory.rglob("*"), reverse=True):
        if path.is_dir():
            with contextlib.suppress(OSError):  # it holds files
                path.rmdir()
        elif path.relative_to(directory).as_posix() not in files:
            path.unlink(missing_ok=True)
    for name, content in files.items():
        path = directory / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Another process may stage the same content at the same time.
            unfinished = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}")
            unfinished.write_bytes(content)
            unfinished.replace(path)
        path.chmod(_MODE)
