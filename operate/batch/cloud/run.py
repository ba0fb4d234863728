"""One run of the state machine, as it is kept in the bucket next to what it writes."""

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
    """One file that is scored, as it is kept in the bucket next to what the run writes.

    Parameters
    ----------
    name : str
        Of the execution.
    key, version : str
        Of the file that the user named.
    reader : str
        How the state machine reads it.
    read_key, read_version : str
        Of what the state machine reads: the file, or a copy.
    text : bool
        Whether the values are text.
    keep : tuple of str
        Columns that the model does not get.
    local : str
        Where the file lies on the machine that started the run; empty when it was in the bucket.
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
        """Where the run's own files are."""
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
        """Return what is kept."""
        return json.dumps(asdict(self), allow_nan=False).encode()


def run_of(document: bytes, place: str) -> Run:
    """Return the run that is kept.

    Raises
    ------
    BatchError
        The document is none of a run.
    """
    try:
        members = json.loads(document)
        return Run(**{**{each.name: members[each.name] for each in fields(Run)}, "keep": tuple(members["keep"])})
    except (ValueError, TypeError, LookupError) as error:
        expected = ", ".join(each.name for each in fields(Run))
        raise BatchError(
            f"{place}: is not what a run leaves there, expected an object with {expected}; score the file again"
        ) from error
