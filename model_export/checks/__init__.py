"""The conversion linter: what would make the converted model wrong, found before the conversion.

A check takes a ``Subject`` and yields a ``Finding`` for each fault, with the way out and the issue
that documents it.
"""

from __future__ import annotations

from model_export.checks.encoders import check_encoders
from model_export.checks.finding import Finding, Subject
from model_export.checks.outputs import check_outputs
from model_export.checks.trees import check_trees
from model_export.errors import UnsupportedModel

CHECKS = (check_outputs, check_trees, check_encoders)

__all__ = ["CHECKS", "Finding", "Subject", "refuse_unfaithful"]


def refuse_unfaithful(subject: Subject) -> None:
    """Run all checks.

    Raises
    ------
    UnsupportedModel
        Says all that was found, each with its mend.
    """
    findings = [finding for check in CHECKS for finding in check(subject)]
    if findings:
        raise UnsupportedModel(" ".join(finding.text() for finding in findings))
