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
    """A file that is to be scored.

    Parameters
    ----------
    name : str
        What its owner calls it.
    key, version : str
        In the bucket; empty when it is not there yet.
    local : str
        Its path on this machine; empty when it is in the bucket.
    """

    name: str
    key: str
    version: str
    local: str


def sources_of(cloud: Cloud, named: str) -> list[Source]:
    """Return the files that a user means.

    Raises
    ------
    BatchError
        There are none.
    """
    if not named.startswith(_S3):
        return [_on_this_machine(cloud, named)]
    bucket, _, prefix = named.removeprefix(_S3).partition("/")
    if bucket != cloud.bucket:
        raise BatchError(
            f"{named}: the batches of {cloud.stack} read their own bucket only. Copy the files into it: "
            f"aws s3 sync {named} s3://{cloud.bucket}/{prefix}"
        )
    found = [Source(key, key, version, "") for key, version, _ in cloud.files(prefix)]
    if not found:
        raise BatchError(f"{named}: there are no files of lines; expected names that end in {', '.join(SUFFIXES)}")
    return found


def _on_this_machine(cloud: Cloud, named: str) -> Source:
    path = Path(named)
    if path.is_dir():
        raise BatchError(folder_told(path))
    if not path.is_file():
        raise BatchError(f"{named}: there is no such file; expected a file, or s3://{cloud.bucket}/PREFIX")
    return Source(path.name, "", "", str(path.resolve()))
