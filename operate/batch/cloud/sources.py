"""The files that a user names, on this machine or in the bucket of a stack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from operate.batch.errors import BatchError
from operate.batch.lines.file import SUFFIXES, folder_told

if TYPE_CHECKING:
    from operate.batch.cloud.stack import Cloud

_S3 = "s3://"


class Source(NamedTuple):
    """A file to score.

    Parameters
    ----------
    name : str
        Name of the file in messages.
    key, version : str
        Key and version in the bucket; empty if it is not uploaded yet.
    local : str
        Its path on this machine; empty if it is in the bucket.
    """

    name: str
    key: str
    version: str
    local: str


def sources_of(cloud: Cloud, named: str) -> list[Source]:
    """Return the files that a user names.

    Raises
    ------
    BatchError
        There are no such files.
    """
    if not named.startswith(_S3):
        return [_on_this_machine(cloud, named)]
    bucket, _, prefix = named.removeprefix(_S3).partition("/")
    if bucket != cloud.bucket:
        raise BatchError(
            f"{named}: batches of {cloud.stack} read only their own bucket. Copy the files into it: "
            f"aws s3 sync {named} s3://{cloud.bucket}/{prefix}"
        )
    found = [Source(key, key, version, "") for key, version, _ in cloud.files(prefix)]
    if not found:
        raise BatchError(f"{named}: contains no input files; expected names that end in {', '.join(SUFFIXES)}")
    return found


def _on_this_machine(cloud: Cloud, named: str) -> Source:
    path = Path(named)
    if path.is_dir():
        raise BatchError(folder_told(path))
    if not path.is_file():
        raise BatchError(f"{named}: no such file; expected a file, or s3://{cloud.bucket}/PREFIX")
    return Source(path.name, "", "", str(path.resolve()))
