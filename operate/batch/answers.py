"""The result of each line of a file, and the two files that contain them."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from inference_lib.protocols.lines import ERROR, INDEX
from operate.batch.files.places import written_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from inference_lib.contract.document import Json
    from operate.batch.lines.file import LineFile

NO_ANSWER = "the run ended before this line was answered"


@dataclass
class Outcome:
    """The outcome of the lines of a file.

    Parameters
    ----------
    scored, failed : int
        Number of lines with and without a prediction.
    reasons : Counter of str
        Reasons of failed lines.
    """

    scored: int = 0
    failed: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


class Answers:
    """Results by the index of the line, in a database on disk: a run may have more than fit into memory.

    Parameters
    ----------
    path : Path
        Path of the database.
    """

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        self._database.execute("create table answers (line integer primary key, answer text not null)")
        self.count = 0
        self.otherwise = NO_ANSWER
        """The reason for a line without a result."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def add(self, answers: Iterable[Mapping[str, Json]]) -> None:
        """Store results; the first one for a line is kept."""
        rows = [
            (int(index), json.dumps(answer, allow_nan=False))
            for answer in answers
            if isinstance(index := answer.get(INDEX), (int, float))
        ]
        with self._database:
            done = self._database.executemany("insert or ignore into answers values (?, ?)", rows)
        self.count += max(done.rowcount, 0)

    def refuse(self, indexes: Iterable[int], reason: str) -> None:
        """Store the reason why lines have no prediction."""
        self.add({INDEX: index, ERROR: reason} for index in indexes)

    def of(self, index: int) -> dict[str, Json]:
        """Return the result of a line."""
        with closing(self._database.execute("select answer from answers where line = ?", (index,))) as found:
            row = found.fetchone()
        answer: dict[str, Json] = json.loads(row[0]) if row else {ERROR: self.otherwise}
        return answer


def write_outcome(lines: LineFile, answers: Answers, keep: Sequence[str], results: Path, failed: Path) -> Outcome:
    """Write a line into one of two files for each line of the file that was scored; both are written, or none.

    Parameters
    ----------
    lines : LineFile
        The scored file.
    answers : Answers
        Results by index among the readable lines.
    keep : sequence of str
        Columns that are repeated in the results.
    results, failed : Path
        Paths of the two files.
    """
    outcome = Outcome()
    index = 0
    # Half a surrogate pair, which JSON Lines may contain, remains an escape.
    with (
        written_whole(results) as whole_results,
        written_whole(failed) as whole_failed,
        whole_results.open("w", encoding="utf-8", errors="backslashreplace") as good,
        whole_failed.open("w", encoding="utf-8", errors="backslashreplace") as bad,
    ):
        for line in lines:
            answer = answers.of(index) if line.row is not None else {ERROR: line.reason}
            index += line.row is not None
            if ERROR in answer:
                reason = str(answer[ERROR])
                what: Json = line.row if line.row is not None else line.raw
                bad.write(_dump({"line": line.number, "reason": reason, "row": what}))
                outcome.failed += 1
                outcome.reasons[reason] += 1
            else:
                del answer[INDEX]
                kept: dict[str, Json] = {name: line.row[name] for name in keep if line.row and name in line.row}
                good.write(_dump({"line": line.number, **({"row": kept} if keep else {}), **answer}))
                outcome.scored += 1
    return outcome


def _dump(document: Mapping[str, Json]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"
