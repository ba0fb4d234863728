"""The proof: the converted model answers as the original does, through the very runtime that serves."""

from __future__ import annotations

import json
import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import numpy as np

from inference_lib.contract.columns import Quality
from inference_lib.contract.validation import Validator
from inference_lib.errors import InvalidRequest, PredictionError, RuntimeLibraryError
from inference_lib.runtime.model import Model
from inference_lib.runtime.session import Session
from model_export.errors import ExportError, InputError, UnsupportedModel
from model_export.proof.compare import compare
from model_export.proof.edges import HELD_OUT, Row
from model_export.proof.hunt.shrink import features_kept, shrunk
from model_export.proof.report import Difference, ParityReport, ProofFailed
from model_export.source.model.forms import each_number, has_probabilities
from model_export.source.model.original import Silence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeGuard

    from inference_lib.contract.document import Contract
    from model_export.conversion.convert import Graph
    from model_export.source.instances import Instance
    from model_export.source.model.original import Answered, Original

    Answer = Callable[[Sequence[Row]], list[Answered]]

RTOL: Final = 1e-4
ATOL_PROBABILITY: Final = 1e-5
ATOL_SHARE_OF_SCALE: Final = 1e-6
"""The absolute tolerance of values, scores and distances, as a share of their mean size."""

BATCH_SIZES: Final = (1, 2, 100)
ALONE: Final = 100
"""Rows outside the tolerance that the original is asked for once more, each alone."""

_CHUNK = 512
"""Rows of one call where some row has no answer."""


def answer_original(original: Original, rows: Sequence[Row]) -> list[Answered]:
    """Return the original model's predictions, or its silence: it answers NaN or infinity, or raises.

    Rows of the data are answered in the types of the data, and all others in those of requests.

    Raises
    ------
    InputError
        The model raises for a row of the data, or for each row in which a feature is missing that the contract lets be.
    """
    answers = _in_types_of_the_data(original, rows)
    may_be_missing: set[str] = set()
    for row, answer in zip(rows, answers, strict=True):
        if not isinstance(answer, Silence):
            may_be_missing.update(_missing(row))
    for row, answer in zip(rows, answers, strict=True):
        if _raises(answer) and (row.group == HELD_OUT or _missing(row) - may_be_missing):
            raise _refused(row, answer)
    return answers


def _in_types_of_the_data(original: Original, rows: Sequence[Row]) -> list[Answered]:
    judge = original.as_given()
    if judge is original:
        return original.answers([row.instance for row in rows])
    given = [row.group == HELD_OUT for row in rows]
    of_data = iter(judge.answers([row.instance for row, is_given in zip(rows, given, strict=True) if is_given]))
    of_requests = iter(
        original.answers([row.instance for row, is_given in zip(rows, given, strict=True) if not is_given])
    )
    return [next(of_data if is_given else of_requests) for is_given in given]


def silences(rows: Sequence[Row], answers: Sequence[Answered]) -> list[str]:
    """Return a sentence where the original raises for rows that the contract allows, with the first of them."""
    silent = [(row, answer) for row, answer in zip(rows, answers, strict=True) if _raises(answer)]
    if not silent:
        return []
    row, answer = silent[0]
    tried = f"{len(silent)} of {len(rows)} tried rows that the contract allows"
    first = json.dumps(row.instance, ensure_ascii=False)
    return [f"the model refuses {tried}, and the function has no answer to them: {answer.reason} The first: {first}"]


def _missing(row: Row) -> set[str]:
    return {name for name, value in row.instance.items() if value is None}


def _raises(answer: Answered) -> TypeGuard[Silence]:
    return isinstance(answer, Silence) and answer.raises


def _refused(row: Row, answer: Silence) -> InputError:
    return InputError(
        f"The original model refuses a row that the contract allows ({row.note}): {answer.reason} "
        f"The row: {json.dumps(row.instance, ensure_ascii=False, default=str)}. "
        "Correct the feature in the features file, or fit the model on such rows."
    )


def tolerances(rows: Sequence[Row], answers: Sequence[Answered]) -> tuple[float, float]:
    """Return the absolute and the relative tolerance that fit the original's answers.

    Parameters
    ----------
    rows : sequence of Row
        Those of the data say of which size the values are; hunted ones go far beyond.
    answers : sequence of dict
        Predictions of the original model.

    Returns
    -------
    atol, rtol : float
        For probabilities 1e-5 and 1e-4; for values, scores and distances atol follows their mean size.
    """
    held_out = [
        answer
        for row, answer in zip(rows, answers, strict=True)
        if row.group == HELD_OUT and not isinstance(answer, Silence)
    ]
    sizes = [abs(number) for answer in held_out if not has_probabilities(answer) for number in each_number(answer)]
    return (float(np.mean(sizes)) * ATOL_SHARE_OF_SCALE if sizes else ATOL_PROBABILITY), RTOL


def prove(
    contract: Contract,
    graph: Graph,
    rows: Sequence[Row],
    expected: Sequence[Answered],
    original: Original | None = None,
) -> ParityReport:
    """Answer every row with the converted model and compare with the original's answers.

    Each row passes the validation that callers meet. The first rows are answered again in batches of
    1, 2 and 100, which must give the same answers.

    Parameters
    ----------
    contract : Contract
        Of the graph.
    graph : Graph
        The converted model.
    rows : sequence of Row
        To prove.
    expected : sequence of dict or Silence
        The original's answers.
    original : Original, optional
        Shrinks the first difference to the fewest features that keep it.

    Raises
    ------
    ProofFailed
        A row differs by more than the tolerance.
    UnsupportedModel
        ONNX Runtime does not run the model.
    ExportError
        A row breaks the contract, or the bundle answers a row for which the original raises.
    """
    report = ParityReport(*tolerances(rows, expected))
    with _session(graph) as session:
        _fill(report, _server(Model(contract, session), Validator(contract, len(rows))), rows, expected, original)
    if report.failures:
        raise ProofFailed(report.failure(), report)
    return report


@contextmanager
def _session(graph: Graph) -> Iterator[Session]:
    session = None
    try:
        session = Session(graph.content)
        yield session
    except RuntimeLibraryError as error:
        raise UnsupportedModel(f"ONNX Runtime does not run the converted model ({error}).") from error
    finally:
        if session is not None:
            session.close()


def _fill(
    report: ParityReport,
    answer: Answer,
    rows: Sequence[Row],
    expected: Sequence[Answered],
    original: Original | None,
) -> None:
    found = answer(rows)
    for row, first, second in zip(rows, expected, found, strict=True):
        if _raises(first) and not isinstance(second, Silence):
            raise _refused(row, first)
    alone = None if original is None else _alone(original)
    compare(report, rows, expected, found, alone=alone)
    for size in BATCH_SIZES:
        part = ParityReport(report.atol, report.rtol)
        compare(part, rows[:size], expected[:size], answer(rows[:size]), alone=alone)
        report.groups[f"batch of {size}"] = part.total()
        report.worst += part.worst
    if report.failures and original is not None:
        _shrink_first(report, rows[0].instance, original, answer)


def _alone(original: Original) -> Callable[[Row], Sequence[Answered]]:
    """Return what asks for a row alone; beside a jump also for those one double away, in all numbers at once."""
    known: dict[int, list[Answered]] = {}

    def asked(row: Row) -> Sequence[Answered]:
        if id(row) not in known:
            judge = original.as_given() if row.group == HELD_OUT else original
            near = [row.across, _moved(row, -math.inf), _moved(row, math.inf)] if row.across else []
            tried = [row.instance, *filter(None, near)] if len(known) < ALONE else []
            known[id(row)] = [answer for each in tried for answer in judge.answers([each])]
        return known[id(row)]

    return asked


def _moved(row: Row, towards: float) -> Instance:
    return {
        name: math.nextafter(value, towards) if isinstance(value, float) else value
        for name, value in row.instance.items()
    }


def _server(model: Model, validator: Validator) -> Answer:
    def answer(rows: Sequence[Row]) -> list[Answered]:
        try:
            valid = validator.validate([row.instance for row in rows], Quality())
        except InvalidRequest as error:
            raise ExportError(f"A row for the proof breaks the contract: {error.detail}") from error
        try:
            return list(model.predict(valid.columns, valid.rows))
        except PredictionError as error:
            if len(rows) == 1:
                return [Silence(str(error), raises=False)]
        size = max(1, min(_CHUNK, len(rows) // 2))
        return [each for start in range(0, len(rows), size) for each in answer(rows[start : start + size])]

    return answer


def _shrink_first(report: ParityReport, typical: Instance, original: Original, answer: Answer) -> None:
    """Put the smallest form of the first difference before the others."""
    first = report.worst[0]

    def differences(instances: Sequence[Instance]) -> list[str]:
        rows = [Row(first.note, first.note, instance) for instance in instances]
        part = ParityReport(report.atol, report.rtol, most=len(rows))
        compare(part, rows, original.answers(instances), answer(rows))
        said = {id(each.instance): each.said for each in part.worst}
        return [said.get(id(instance), "") for instance in instances]

    instance = shrunk(first.instance, typical, lambda tried: [bool(each) for each in differences(tried)])
    (said,) = differences([instance])
    report.worst.insert(0, Difference(first.note, said or first.said, instance if said else first.instance))
    del report.worst[1]
    report.needed = tuple(features_kept(report.worst[0].instance, typical))
