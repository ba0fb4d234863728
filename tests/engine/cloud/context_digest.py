"""The digest of a build context as pulumi-docker computes it: names, modes and contents of what is not ignored."""

from __future__ import annotations

import hashlib
import stat
from typing import TYPE_CHECKING

from infra.image.context import context_files

if TYPE_CHECKING:
    from pathlib import Path


def docker_context_digest(directory: Path, context: str, dockerfile: str) -> str:
    """Return the digest; the Dockerfile comes first, and is there twice when it is in the context.

    Parameters
    ----------
    directory : Path
        Where the engine runs.
    context, dockerfile : str
        Relative to it.

    References
    ----------
    .. [1] https://github.com/pulumi/pulumi-docker/blob/master/provider/provider.go, hashContext
    """
    hashed = hashlib.sha256((directory / dockerfile).read_bytes())
    for path in context_files(directory / context, dockerfile):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        name, mode = path.relative_to(directory / context).as_posix(), stat.filemode(path.stat().st_mode)
        hashed.update(f"{name}\0{mode}\0{content}\n".encode())
    return hashed.hexdigest()
