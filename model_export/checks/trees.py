"""Checks of decision trees and their ensembles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.checks.finding import Finding
from model_export.source.model.anatomy import nested_steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model_export.source.subject import Subject


def check_trees(subject: Subject) -> Iterator[Finding]:
    """Find histogram boosting that splits by categories: the converter reads their bits as thresholds, in silence."""
    for step in nested_steps(subject.model):
        flags = getattr(step, "is_categorical_", None)
        if flags is not None and np.any(flags):
            yield Finding(
                place=type(step).__name__,
                reason="it splits by categories, which the converter takes for numbers",
                mend="Fit with categorical_features=None, after an OrdinalEncoder or OneHotEncoder in a pipeline",
            )
