"""The digest of a build context as pulumi-docker computes it: names, modes and contents of what is not ignored."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from infra.image.context import context_files

if TYPE_CHECKING:
    from pathlib import Path


def docker_context_digest(context: Path, dockerfile: str) -> str:
    """Return the digest; the Dockerfile comes first, and is there twice when it is in the context.

    References
    ----------
    .. [1] HashContext in pulumi-docker, provider/image.go
    """
    hashed = hashlib.sha256()
    for path in [context / dockerfile, *context_files(context, dockerfile)]:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        hashed.update(f"{path.relative_to(context).as_posix()}\0{path.stat().st_mode:o}\0{content}\n".encode())
    return hashed.hexdigest()
