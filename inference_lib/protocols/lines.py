"""A batch of lines from AWS Step Functions: a prediction or an error for each line, independent of the others.

The state machine of ``infra/batch/definition.py`` sends the event: ``BatchInput`` with the options of the run, and
``Items`` with the index of each line in its file, and its row [1]_.

References
----------
.. [1] https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
"""

from __future__ import annotations

import json

from inference_lib.contract.cells import value_of
from inference_lib.contract.validation import Places, json_type, member
from inference_lib.errors import InvalidRequest, PredictionError, RuntimeLibraryError
from inference_lib.http.requests import Request
from inference_lib.http.sizes import check_room, longest_prediction, most_predictions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final, TypeAlias

    from inference_lib.contract.document import Contract, Json
    from inference_lib.scoring.scorer import Observation, Scorer

    Lines: TypeAlias = list[dict[str, Json]]

BATCH_INPUT: Final = "BatchInput"
ITEMS: Final = "Items"
TEXT: Final = "text"
KEEP: Final = "keep"
RUN: Final = "run"
INDEX: Final = "index"
ROW: Final = "row"
LINES: Final = "lines"
ERROR: Final = "error"
VERSION: Final = "version"
MAX_INDEX: Final = 2**53
"""Largest index of a line that JSON holds exactly everywhere."""
MAX_REASON: Final = 300
"""Maximum length of an error as JSON in bytes, so that the answer to a batch of bad lines stays small."""

# A place starts with the row's number among those that are scored; problems are assigned by it.
_PLACES = Places("", str, lambda row, name: f"{row} {member('', name).removeprefix('.')}")


def request_of(event: Mapping[str, Json], request_id: str) -> Request:
    """Return the request that represents a batch in metrics and log; its run is the correlation id."""
    run = _options(event).get(RUN)
    headers = {"x-correlation-id": run} if isinstance(run, str) else {}
    return Request(method="BATCH", path="/predict", headers=headers, body="", request_id=request_id)


def score(
    event: Mapping[str, Json], contract: Contract, scorer: Scorer, request: Request, seen: Observation
) -> dict[str, Json]:
    """Score the lines of a batch.

    Parameters
    ----------
    event : mapping
        With ``BatchInput`` and ``Items``.
    contract : Contract
        Of the model.
    scorer : Scorer
        Predicts.
    request : Request
        With the remaining time.
    seen : Observation
        Filled in.

    Returns
    -------
    dict
        ``lines``: for each item its ``index``, and the members of its prediction with the ``version`` of the model,
        or an ``error``.

    Raises
    ------
    DeadlineTooNear
        Too little time is left.
    RequestTooLarge
        The answer to so many items might be longer than what Lambda returns.
    """
    options, given = _options(event), event.get(ITEMS)
    items = given if isinstance(given, list) else []
    check_room(request, len(items), ITEMS, _most_lines(contract, request.max_answer_bytes))
    kept = options.get(KEEP)
    reader = _Reader(contract, kept if isinstance(kept, list) else [], is_text=options.get(TEXT) is True)
    lines, rows = reader.lines(items)
    _Scoring(contract, scorer, request, seen).run(rows, [line for line in lines if ERROR not in line])
    answered: list[Json] = list(lines)
    return {LINES: answered}


def _options(event: Mapping[str, Json]) -> dict[str, Json]:
    options = event.get(BATCH_INPUT)
    return options if isinstance(options, dict) else {}


def _most_lines(contract: Contract, max_bytes: int) -> int:
    return most_predictions(_longest_line(contract), lambda some: {LINES: [*some]}, max_bytes)


def _longest_line(contract: Contract) -> dict[str, Json]:
    predicted: dict[str, Json] = {VERSION: contract.version, **longest_prediction(contract)}
    return {INDEX: MAX_INDEX, **max(predicted, {ERROR: "x" * MAX_REASON}, key=lambda each: len(json.dumps(each)))}


def _short(reason: str) -> str:
    short = reason[:MAX_REASON]
    while (over := len(json.dumps(short)) - len('""') - MAX_REASON) > 0:
        # An escaped character has up to 12 bytes.
        short = short[: -max(1, over // 12)]
    return short


class _Reader:
    """Converts rows to instances: without the columns that are only kept, and with values instead of text."""

    def __init__(self, contract: Contract, kept: list[Json], *, is_text: bool) -> None:
        self._features = {feature.name: feature for feature in contract.features}
        self._dropped = frozenset(name for name in kept if isinstance(name, str)) - self._features.keys()
        self._is_text = is_text

    def lines(self, items: list[Json]) -> tuple[Lines, list[Json]]:
        """Return a line for each item, with an error where it cannot be read, and the instances of the others."""
        lines: Lines = []
        rows: list[Json] = []
        for item in items:
            fields = item if isinstance(item, dict) else {}
            line: dict[str, Json] = {INDEX: fields.get(INDEX)}
            lines.append(line)
            row, reason = self._instance(fields.get(ROW))
            if reason:
                line[ERROR] = _short(reason)
            else:
                rows.append(row)
        return lines, rows

    def _instance(self, row: Json) -> tuple[Json, str]:
        """Return the instance and an empty text, or None and the error."""
        if not isinstance(row, dict):
            return None, f"expected an object, got {json_type(row)}"
        instance = {name: value for name, value in row.items() if name not in self._dropped}
        if not self._is_text:
            return instance, ""
        problems = []
        for name, cell in instance.items():
            if not isinstance(cell, str):
                continue
            try:
                instance[name] = value_of(cell, self._features.get(name))
            except ValueError as error:
                problems.append(f"{name}: {error}")
        return instance, "; ".join(problems)


class _Scoring:
    """Scores rows so that a bad one does not affect the others."""

    def __init__(self, contract: Contract, scorer: Scorer, request: Request, seen: Observation) -> None:
        self._version = contract.version
        self._scorer = scorer
        self._request = request
        self._seen = seen

    def run(self, rows: list[Json], lines: Lines) -> None:
        """Write the prediction of its row, or an error, into each line."""
        if not rows:
            return
        try:
            self._score(rows, lines)
        except InvalidRequest as error:
            reasons = _by_row(error)
            if None in reasons:
                for line in lines:
                    line[ERROR] = _short(error.detail)
                return
            for row, reason in reasons.items():
                lines[row or 0][ERROR] = _short(reason)
            good = [row for row in range(len(rows)) if row not in reasons]
            # The data quality of the good rows has been counted.
            counted, self._seen.quality = self._seen.quality, type(self._seen.quality)()
            if good:
                self._each_if_need_be([rows[row] for row in good], [lines[row] for row in good])
            self._seen.quality = counted
        except (PredictionError, RuntimeLibraryError):
            self._each(rows, lines)

    def _score(self, rows: list[Json], lines: Lines) -> None:
        predictions = self._scorer.score(rows, self._request, self._seen, _PLACES)
        for line, prediction in zip(lines, predictions, strict=True):
            line |= {VERSION: self._version, **prediction}

    def _each_if_need_be(self, rows: list[Json], lines: Lines) -> None:
        try:
            self._score(rows, lines)
        except (PredictionError, RuntimeLibraryError):
            self._each(rows, lines)

    def _each(self, rows: list[Json], lines: Lines) -> None:
        """Score one by one after an error of the model, which one of the rows may have caused."""
        for row, line in zip(rows, lines, strict=True):
            try:
                self._score([row], [line])
            except (PredictionError, RuntimeLibraryError) as error:
                self._seen.error = str(error)
                line[ERROR] = "the model returned no usable prediction; the error is not in the line"


def _by_row(error: InvalidRequest) -> dict[int | None, str]:
    """Return the errors by row; the key None is an error of all rows."""
    found: dict[int | None, str] = {}
    for problem in error.problems:
        row, _, place = problem.path.partition(" ")
        number = int(row) if row.isdigit() else None
        text = f"{place}: {problem.message}" if place else problem.message
        found[number] = f"{found[number]}; {text}" if number in found else text
    return found
