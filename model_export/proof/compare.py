"""Two lists of answers compared: how far apart, how many outside the tolerance, and the first of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from inference_lib.bundle.golden import Golden, GoldenCase
from model_export.proof.report import Difference, Group
from model_export.source.model.forms import each_label, each_number
from model_export.source.model.original import Silence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model_export.proof.edges import Row
    from model_export.proof.report import ParityReport
    from model_export.source.model.original import Answered

    Numbers = np.ndarray[Any, np.dtype[np.float64]]

WORST: Final = 5
_LEAST: Final = 1e-6
"""Relative errors are those of something of this size at least, or a probability of 1e-30 would say everything."""


def compare(
    report: ParityReport,
    rows: Sequence[Row],
    expected: Sequence[Answered],
    found: Sequence[Answered],
    most: int = WORST,
) -> None:
    """Add to a report what differs.

    Parameters
    ----------
    report : ParityReport
        With the tolerances.
    rows : sequence of Row
        What was answered.
    expected, found : sequence of dict or Silence
        The original's answers and the bundle's, one for each row. Where the original answers with NaN or infinity,
        which JSON does not know, the bundle must have no answer either.
    most : int
        Of the differences that are kept with their rows.
    """
    wanted, given = numbers_of(expected), numbers_of(found)
    with np.errstate(invalid="ignore", over="ignore"):
        difference = np.abs(given - wanted)
        # Written so that NaN on one side is a difference.
        agree = (difference <= report.atol + report.rtol * np.abs(wanted)) | (np.isnan(wanted) & np.isnan(given))
        relative = difference / np.maximum(np.abs(wanted), _LEAST)
    outside: np.ndarray[Any, np.dtype[np.bool_]] = np.logical_not(np.all(agree, axis=1))
    largest = np.nanmax(np.where(np.isnan(difference), 0.0, difference), axis=1)
    farthest = np.nanmax(np.where(np.isnan(relative), 0.0, relative), axis=1)
    golden = Golden(cases=(), atol=report.atol, rtol=report.rtol)
    for at, (row, first, second) in enumerate(zip(rows, expected, found, strict=True)):
        group = report.groups.setdefault(row.group, Group())
        group.rows += 1
        group.max_abs_error = max(group.max_abs_error, float(largest[at]))
        group.max_rel_error = max(group.max_rel_error, float(farthest[at]))
        flips = _label(first) != _label(second)
        group.label_flips += flips
        if flips or outside[at]:
            said = _said(golden, row, first, second)
            group.ties += not said
            group.failures += bool(said)
            if said and len(report.worst) < most:
                report.worst.append(Difference(row.note, said, row.instance))


def numbers_of(answers: Sequence[Answered]) -> Numbers:
    """Return the numbers of answers, a row for each; NaN where there is no answer."""
    first = next((answer for answer in answers if not isinstance(answer, Silence)), None)
    width = 1 if first is None else len(_numbers(first))
    nothing = [np.nan] * width
    return np.asarray([nothing if isinstance(a, Silence) else _numbers(a) for a in answers], dtype=np.float64)


def _numbers(answer: dict[str, Any]) -> list[float]:
    # A label alone has no number that could differ.
    return each_number(answer) or [0.0]


def _label(answer: Answered) -> object:
    return [] if isinstance(answer, Silence) else each_label(answer)


def _said(golden: Golden, row: Row, expected: Answered, found: Answered) -> str:
    """Return what differs; empty where both have no answer, or the label of a tie differs."""
    if isinstance(expected, Silence):
        return "" if isinstance(found, Silence) else f"expected no answer ({expected.reason}), got {found}"
    if isinstance(found, Silence):
        return f"expected {expected}, got no answer ({found.reason})"
    return golden.disagreement(GoldenCase(note=row.note, instance=row.instance, prediction=expected), found)
