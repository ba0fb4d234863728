"""The conversion linter: what would make the converted model wrong, found before the conversion."""

from __future__ import annotations

from model_export.checks.conversion import check_conversion
from model_export.checks.finding import Finding
from model_export.checks.runtime import check_runtime
from model_export.checks.steps import check_steps
from model_export.checks.stored_zeros import check_stored_zeros
from model_export.errors import UnsupportedModel
from model_export.source.subject import Subject

# Each takes a subject and yields a finding for each fault, with the fix and the issue that documents it.
CHECKS = (check_runtime, check_steps, check_stored_zeros)

__all__ = ["CHECKS", "Finding", "Subject", "find_all", "refuse_unfaithful"]


def find_all(subject: Subject) -> list[Finding]:
    """Return what all checks find, what blocks the export first; where nothing does, what a trial conversion finds."""
    found = [finding for check in CHECKS for finding in check(subject)]
    if not any(finding.blocks for finding in found):
        found += check_conversion(subject)
    return sorted(found, key=lambda finding: not finding.blocks)


def refuse_unfaithful(subject: Subject) -> None:
    """Run all checks and refuse what blocks.

    Raises
    ------
    UnsupportedModel
        Says all that blocks, each with its mend.
    """
    blocking = [finding for finding in find_all(subject) if finding.blocks]
    if blocking:
        raise UnsupportedModel(" ".join(finding.text() for finding in blocking))
