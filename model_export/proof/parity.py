"""The proof: the converted model answers as the original does, through the very runtime that serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from inference_lib.bundle.golden import Golden, GoldenCase
from inference_lib.contract.columns import Quality
from inference_lib.contract.validation import Validator
from inference_lib.errors import InvalidRequest, RuntimeLibraryError
from inference_lib.runtime.model import Model
from inference_lib.runtime.session import Session
from model_export.errors import ExportError, InputError, UnsupportedModel
from model_export.proof.report import Group, ParityReport, ProofFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inference_lib.contract.document import Contract
    from model_export.conversion.convert import Graph
    from model_export.proof.edges import Row
    from model_export.source.model.original import Original, Prediction

    Answer = Callable[[Sequence[Row]], list[Prediction]]

RTOL: Final = 1e-4
ATOL_PROBABILITY: Final = 1e-5
ATOL_SHARE_OF_SCALE: Final = 1e-6
"""A regressor's absolute tolerance, as a share of the mean size of its values."""

BATCH_SIZES: Final = (1, 2, 100)
_WORST = 5


def answer_original(original: Original, rows: Sequence[Row]) -> list[Prediction]:
    """Return the original model's predictions.

    Raises
    ------
    InputError
        The model refuses a row that the contract allows, or answers it with NaN or infinity.
    """
    try:
        answers = original.predict([row.instance for row in rows])
    except ValueError as error:
        note = _refused(original, rows)
        raise InputError(
            f"The original model refuses a row that the contract allows ({note}): {str(error).splitlines()[0]} "
            "Correct the feature in the features file, or fit the model on such rows."
        ) from error
    for row, answer in zip(rows, answers, strict=True):
        if not np.isfinite(_numbers(answer)).all():
            raise InputError(
                f"The original model has no answer to a row that the contract allows ({row.note}): it gives NaN or "
                "infinity, which JSON does not know. Correct the feature in the features file, or mend the model."
            )
    return answers


def _refused(original: Original, rows: Sequence[Row]) -> str:
    for row in rows:
        try:
            original.predict([row.instance])
        except ValueError:
            return row.note
    return "only together with other rows"


def tolerances(answers: Sequence[Prediction]) -> tuple[float, float]:
    """Return the absolute and the relative tolerance that fit the original's answers.

    Parameters
    ----------
    answers : sequence of dict
        Predictions of the original model.

    Returns
    -------
    atol, rtol : float
        For probabilities 1e-5 and 1e-4; for values atol follows their mean size.
    """
    values = [abs(value) for answer in answers if isinstance(value := answer.get("value"), float)]
    return (float(np.mean(values)) * ATOL_SHARE_OF_SCALE if values else ATOL_PROBABILITY), RTOL


def prove(contract: Contract, graph: Graph, rows: Sequence[Row], expected: Sequence[Prediction]) -> ParityReport:
    """Answer every row with the converted model and compare with the original's answers.

    Each row passes the validation that callers meet. The first rows are asked again in batches of
    1, 2 and 100, which must give the same answers.

    Parameters
    ----------
    contract : Contract
        Of the graph.
    graph : Graph
        The converted model.
    rows : sequence of Row
        To prove.
    expected : sequence of dict
        The original's answers, one for each row.

    Raises
    ------
    ProofFailed
        A row differs by more than the tolerance.
    UnsupportedModel
        ONNX Runtime does not run the model.
    ExportError
        A row breaks the contract: the contract or the row is wrong.
    """
    session = Session(graph.content)
    try:
        answer = _server(Model(contract, session), Validator(contract, len(rows)))
        report = _compare(rows, expected, answer(rows))
        for size in BATCH_SIZES:
            report.groups[f"batch of {size}"] = _batch(rows[:size], expected[:size], answer, report)
    except RuntimeLibraryError as error:
        raise UnsupportedModel(f"ONNX Runtime does not run the converted model ({error}).") from error
    finally:
        session.close()
    if report.failures:
        raise ProofFailed(_failure(report), report)
    return report


def _server(model: Model, validator: Validator) -> Answer:
    def answer(rows: Sequence[Row]) -> list[Prediction]:
        try:
            valid = validator.validate([row.instance for row in rows], Quality())
        except InvalidRequest as error:
            raise ExportError(f"A row for the proof breaks the contract: {error.detail}") from error
        return model.predict(valid.columns, valid.rows)

    return answer


def _compare(rows: Sequence[Row], expected: Sequence[Prediction], found: Sequence[Prediction]) -> ParityReport:
    report = ParityReport(*tolerances(expected))
    golden = Golden(cases=(), atol=report.atol, rtol=report.rtol)
    for row, wanted, given in zip(rows, expected, found, strict=True):
        group = report.groups.setdefault(row.group, Group())
        _measure(group, wanted, given)
        difference = golden.disagreement(GoldenCase(note=row.note, instance=row.instance, prediction=wanted), given)
        if difference:
            group.failures += 1
            if len(report.worst) < _WORST:
                report.worst.append((row.note, difference, row.instance))
        elif wanted.get("label") != given.get("label"):
            group.ties += 1
    return report


def _batch(rows: Sequence[Row], expected: Sequence[Prediction], answer: Answer, whole: ParityReport) -> Group:
    part = _compare(rows, expected, answer(rows))
    total = Group()
    for group in part.groups.values():
        total.rows += group.rows
        total.max_abs_error = max(total.max_abs_error, group.max_abs_error)
        total.max_rel_error = max(total.max_rel_error, group.max_rel_error)
        total.label_flips += group.label_flips
        total.ties += group.ties
        total.failures += group.failures
    whole.worst += part.worst
    return total


def _measure(group: Group, wanted: Prediction, given: Prediction) -> None:
    expected, found = _numbers(wanted), _numbers(given)
    difference = np.abs(found - expected)
    group.rows += 1
    group.max_abs_error = max(group.max_abs_error, float(difference.max()))
    # Relative to something of at least a millionth, or a probability of 1e-30 would say everything.
    group.max_rel_error = max(group.max_rel_error, float((difference / np.maximum(np.abs(expected), 1e-6)).max()))
    group.label_flips += wanted.get("label") != given.get("label")


def _numbers(prediction: Prediction) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    probabilities = prediction.get("probabilities")
    values = list(probabilities.values()) if isinstance(probabilities, dict) else [prediction["value"]]
    return np.asarray(values, dtype=np.float64)


def _failure(report: ParityReport) -> str:
    note, difference, _ = report.worst[0]
    return (
        f"The converted model differs from the original in {report.failures} of {report.rows} answers, by up to "
        f"{report.max_abs_error:.3g}. First: {note}: {difference}. Nothing was written."
    )
