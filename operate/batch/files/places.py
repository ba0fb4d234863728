"""Where the results of a file go: looked at before anything is scored, and written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sqlite3
import tempfile
from typing import TYPE_CHECKING

from operate.batch.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RESULTS_SUFFIX = ".results.jsonl"
FAILED_SUFFIX = ".failed.jsonl"


def places_beside(path: Path) -> list[Path]:
    """Return where the results and the failed lines of a file go."""
    return [path.with_name(path.name + suffix) for suffix in (RESULTS_SUFFIX, FAILED_SUFFIX)]


def expect_places(path: Path) -> None:
    """Look whether results can be written next to a file.

    Raises
    ------
    FileRefused
        They cannot.
    """
    with files_explained(path.name):
        for place in places_beside(path):
            # A name that is too long is reported here.
            with contextlib.suppress(FileNotFoundError):
                os.lstat(place)
            if place.is_dir():
                raise FileRefused(f"{path.name}: {place} is a folder, expected room for its lines; rename that folder")
        with tempfile.TemporaryFile(dir=path.parent):
            pass


@contextlib.contextmanager
def written_whole(place: Path) -> Iterator[Path]:
    """Give a path next to a place, whose file takes the place when the block ends well, and goes away otherwise."""
    beside = place.with_name(f".batch-{secrets.token_hex(8)}")
    try:
        yield beside
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def files_explained(name: str) -> Iterator[None]:
    """Turn what this machine's files refuse within the block into a sentence.

    Parameters
    ----------
    name : str
        Of the file that is scored.

    Raises
    ------
    FileRefused
        A file cannot be read or written.
    """
    try:
        yield
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise FileRefused(f"{name}: {where}{error.strerror or error}; {_mend(error.errno)}") from error
    except sqlite3.Error as error:
        raise FileRefused(f"{name}: its answers cannot be kept ({error}); {_mend(errno.ENOSPC)}") from error


def _mend(number: int | None) -> str:
    if number == errno.ENAMETOOLONG:
        return f"give it a name that has room for {RESULTS_SUFFIX} behind it"
    if number in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return "score a copy in a folder that you may write"
    return "is there room next to the file, and in the folder for temporary files, which TMPDIR names?"
