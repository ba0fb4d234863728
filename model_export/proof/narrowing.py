"""Where a proof fails only far beyond the data, the contract ends before that place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from model_export.proof.compare import magnitude

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model_export.proof.report import ParityReport
    from model_export.source.instances import Instance

LIMITS: Final = (1e15, 1e12, 1e9, 1e6)
"""Magnitudes that the contract may end at: where all distances to a row are equal in doubles, no answer is certain."""

MARGIN: Final = 1e3
"""The contract still takes numbers that are so many times larger than all of the data."""


def narrower_limit(report: ParityReport, held_out: Sequence[Instance]) -> float | None:
    """Return the largest limit that leaves out every row that differs; None where one of them is near the data.

    Parameters
    ----------
    report : ParityReport
        Of the proof that failed.
    held_out : sequence of dict
        Rows of the data.
    """
    needed = MARGIN * max(map(magnitude, held_out))
    return next((limit for limit in LIMITS if needed <= limit < report.nearest), None)
