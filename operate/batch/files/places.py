"""The paths of the results of a file: checked before scoring, and written completely or not at all."""

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
    """Return the paths of the results and the failed lines of a file."""
    return [path.with_name(path.name + suffix) for suffix in (RESULTS_SUFFIX, FAILED_SUFFIX)]


def expect_places(path: Path) -> None:
    """Check that results can be written next to a file.

    Raises
    ------
    FileRefused
        Results cannot be written there.
    """
    with files_explained(path.name):
        for place in places_beside(path):
            # A name that is too long is reported here.
            with contextlib.suppress(FileNotFoundError):
                os.lstat(place)
            if place.is_dir():
                raise FileRefused(
                    f"{path.name}: {place} is a folder, expected a free name for its results; rename that folder"
                )
        with tempfile.TemporaryFile(dir=path.parent):
            pass


@contextlib.contextmanager
def written_whole(place: Path) -> Iterator[Path]:
    """Yield a temporary path; its file replaces the target if the block succeeds, and is deleted otherwise."""
    beside = place.with_name(f".batch-{secrets.token_hex(8)}")
    try:
        yield beside
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def files_explained(name: str) -> Iterator[None]:
    """Turn errors of local files within the block into sentences.

    Parameters
    ----------
    name : str
        Name of the file that is scored.

    Raises
    ------
    FileRefused
        A file cannot be read or written.
    """
    try:
        yield
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise FileRefused(f"{name}: {where}{error.strerror or error}; {_fix(error.errno)}") from error
    except sqlite3.Error as error:
        raise FileRefused(f"{name}: its results cannot be stored ({error}); {_fix(errno.ENOSPC)}") from error


def _fix(number: int | None) -> str:
    if number == errno.ENAMETOOLONG:
        return f"shorten its name, so that {RESULTS_SUFFIX} fits behind it"
    if number in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return "score a copy in a folder with write permission"
    return "make room next to the file, and in the temporary folder, which TMPDIR sets"
