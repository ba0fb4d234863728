"""Two lists of answers compared: how far apart, how many outside the tolerance, and the first of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from inference_lib.bundle.golden import Golden, GoldenCase
from model_export.proof.edges import BEYOND
from model_export.proof.report import Difference, Group
from model_export.source.model.forms import each_label, each_number
from model_export.source.model.original import Silence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from model_export.proof.edges import Row
    from model_export.proof.report import ParityReport
    from model_export.source.model.original import Answered

    Numbers = np.ndarray[Any, np.dtype[np.float64]]

_LEAST: Final = 1e-6
"""Relative errors are those of something of this size at least, or a probability of 1e-30 would say everything."""


def compare(
    report: ParityReport,
    rows: Sequence[Row],
    expected: Sequence[Answered],
    found: Sequence[Answered],
    alone: Callable[[Row], Sequence[Answered]] | None = None,
) -> None:
    """Add to a report what differs.

    Parameters
    ----------
    report : ParityReport
        With the tolerances.
    rows : sequence of Row
        What was answered.
    expected, found : sequence of dict or Silence
        The original's answers and the bundle's. Where the original gives NaN or infinity, the bundle must have no
        answer; beside a jump it may answer as the original does one double away.
    alone : callable, optional
        Asks the original for a row by itself, and the bundle may answer as it does then.
    """
    outside, largest, farthest = _apart(report, numbers_of(expected), numbers_of(found))
    golden = Golden(cases=(), atol=report.atol, rtol=report.rtol)
    across = {id(row.instance): answer for row, answer in zip(rows, expected, strict=True) if row.across}
    for at in sorted(range(len(rows)), key=lambda at: rows[at].group == BEYOND):
        row, first, second = rows[at], expected[at], found[at]
        group = report.groups.setdefault(row.group, Group())
        group.rows += 1
        flips = _label(first) != _label(second)
        group.label_flips += flips
        said = _said(golden, row, first, second) if flips or outside[at] else ""
        if said and any(not _said(golden, row, other, second) for other in _others(row, across, alone)):
            group.ties += 1
            report.uncertain.append(row.instance)
            continue
        group.widen(float(largest[at]), float(farthest[at]))
        group.ties += bool(flips or outside[at]) and not said
        group.failures += bool(said)
        if said:
            _keep(report, Difference(row.note, said, row.instance))


def _others(
    row: Row, across: Mapping[int, Answered], alone: Callable[[Row], Sequence[Answered]] | None
) -> Iterator[Answered]:
    """Yield what the original answers one double away, and to the row alone.

    Where two rows of the training data are equally far, it takes the one that it meets first, and where it rounds
    distances otherwise among other rows, that is another one.
    """
    if other := across.get(id(row.across)):
        yield other
    if alone is not None:
        yield from alone(row)


def _keep(report: ParityReport, difference: Difference) -> None:
    report.outside.append(difference.instance)
    if len(report.worst) < report.most:
        report.worst.append(difference)


def _apart(
    report: ParityReport, wanted: Numbers, given: Numbers
) -> tuple[np.ndarray[Any, np.dtype[np.bool_]], Numbers, Numbers]:
    """Return for each row whether it is outside the tolerance, and its largest absolute and relative difference."""
    with np.errstate(invalid="ignore", over="ignore"):
        difference = np.abs(given - wanted)
        # Written so that NaN on one side is a difference.
        agree = (difference <= report.atol + report.rtol * np.abs(wanted)) | (np.isnan(wanted) & np.isnan(given))
        relative = difference / np.maximum(np.abs(wanted), _LEAST)
    outside: np.ndarray[Any, np.dtype[np.bool_]] = np.logical_not(np.all(agree, axis=1))
    largest, farthest = (np.nanmax(np.where(np.isnan(each), 0.0, each), axis=1) for each in (difference, relative))
    return outside, largest, farthest


def magnitude(instance: Mapping[str, object]) -> float:
    """Return the largest magnitude of the numbers of an instance."""
    return max((abs(value) for value in instance.values() if isinstance(value, (int, float))), default=0.0)


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
