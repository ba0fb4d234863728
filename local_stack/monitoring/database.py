"""The state of a stack on disk: one SQLite file, locked by one process."""

from __future__ import annotations

import fcntl
import sqlite3
from typing import TYPE_CHECKING

from local_stack.errors import LocalStackError

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    metric TEXT NOT NULL,
    dimensions TEXT NOT NULL,
    UNIQUE (namespace, metric, dimensions)
);
CREATE TABLE IF NOT EXISTS minute (
    series INTEGER NOT NULL REFERENCES series,
    minute INTEGER NOT NULL,
    count REAL NOT NULL,
    total REAL NOT NULL,
    minimum REAL NOT NULL,
    maximum REAL NOT NULL,
    buckets TEXT NOT NULL,
    PRIMARY KEY (series, minute)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alarm (
    name TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    since REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS alarm_history (
    id INTEGER PRIMARY KEY,
    time REAL NOT NULL,
    name TEXT NOT NULL,
    summary TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS notification (
    id INTEGER PRIMARY KEY,
    time REAL NOT NULL,
    document TEXT NOT NULL
);
"""


def open_database(path: Path | None) -> sqlite3.Connection:
    """Return the database of a stack; it is created if it does not exist.

    Parameters
    ----------
    path : Path or None
        The file; None for one in memory.

    Raises
    ------
    LocalStackError
        The file cannot be opened, or is not a database of this version.
    """
    database = None
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path or ":memory:", isolation_level=None)
        # Readers never wait for the writer, and a crash loses at most the last second.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(SCHEMA)
    except (sqlite3.Error, OSError) as error:
        if database is not None:
            database.close()
        raise LocalStackError(
            f"{path}: the state of the stack cannot be opened ({error}). Choose another folder, --state DIR, or "
            "delete the file to start with an empty state."
        ) from error
    return database


class FolderLock:
    """Locks a folder for one process; the lock ends with the process, however it ends.

    Parameters
    ----------
    folder : Path
        Created if it does not exist.

    Raises
    ------
    LocalStackError
        Another process has locked it, or it cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / "lock").open("w")
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise LocalStackError(
                f"{folder} is in use by another running local stack. Stop it, or run this one with another folder "
                "and another port: --state DIR --port PORT."
            ) from error
        except OSError as error:
            raise LocalStackError(
                f"{folder}: cannot be written ({error.strerror}). Choose another: --state DIR."
            ) from error

    def release(self) -> None:
        """Unlock the folder."""
        self._file.close()
