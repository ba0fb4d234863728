"""One run of the state machine, as stored in the bucket next to its results."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from infra.batch.definition import RUNS
from operate.batch.errors import BatchError

if TYPE_CHECKING:
    from inference_lib.contract.document import Json


@dataclass(frozen=True, kw_only=True)
class Run:
    """The run of one file, as stored in the bucket next to its results.

    Parameters
    ----------
    name : str
        Name of the execution.
    key, version : str
        Key and version of the file that the user named.
    reader : str
        How the state machine reads it.
    read_key, read_version : str
        Key and version of the file that the state machine reads, which may be a copy.
    text : bool
        Whether the values are text.
    keep : tuple of str
        Columns that are not sent to the model.
    local : str
        Path of the file on the machine that started the run; empty if it was in the bucket.
    """

    name: str
    key: str
    version: str
    reader: str
    read_key: str
    read_version: str
    text: bool
    keep: tuple[str, ...]
    local: str

    @property
    def prefix(self) -> str:
        """Prefix of the run's own files."""
        return f"{RUNS}/{self.name}"

    def execution_input(self) -> dict[str, Json]:
        """Return the input of the execution."""
        return {
            "reader": self.reader,
            "key": self.read_key,
            "version": self.read_version,
            "text": self.text,
            "keep": list(self.keep),
            "results": f"{self.prefix}/results",
        }

    def document(self) -> bytes:
        """Return the stored document."""
        return json.dumps(asdict(self), allow_nan=False).encode()


def run_of(document: bytes, place: str) -> Run:
    """Return a stored run.

    Raises
    ------
    BatchError
        The document describes no run.
    """
    try:
        members = json.loads(document)
        return Run(**{**{each.name: members[each.name] for each in fields(Run)}, "keep": tuple(members["keep"])})
    except (ValueError, TypeError, LookupError) as error:
        expected = ", ".join(each.name for each in fields(Run))
        raise BatchError(
            f"{place}: is not the record of a run; expected an object with {expected}. Score the file again"
        ) from error
