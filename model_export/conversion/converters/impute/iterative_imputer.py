"""IterativeImputer: the fitted regressors in their sequence, each filling one column from the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.converters.impute.simple_imputer import with_indicator
from model_export.conversion.formulas.functions import clip
from model_export.conversion.formulas.missing import missing_mask
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import where
from model_export.conversion.methods import dispatch
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from sklearn.impute import IterativeImputer


@transforms("IterativeImputer")
def iterative_imputer(step: IterativeImputer, x: Table) -> Table:
    """Write IterativeImputer."""
    if step.sample_posterior:
        raise Refusal.of(step, "it draws what it fills in at random", "Fit with sample_posterior=False")
    filled = dispatch.transform(step.initial_imputer_, Table.of(x.numbers())).numbers()
    empty = np.asarray(step._is_empty_feature)  # noqa: SLF001 - columns without any value at fit
    missing = missing_mask(x, step.missing_values)
    if step.keep_empty_features:
        missing = missing & missing.like(~empty[None, :], "bool")
    else:
        missing = missing.columns(np.flatnonzero(~empty))
    # With no round the initial imputation stays.
    for place, others, regressor in step.imputation_sequence_ if step.n_iter_ else ():
        answer = dispatch.predict(regressor, Table.of(filled.columns(others)))
        low, high = float(step._min_value[place]), float(step._max_value[place])  # noqa: SLF001 - bounds by column
        answer = clip(answer, low if np.isfinite(low) else None, high if np.isfinite(high) else None)
        here = missing & missing.like((np.arange(filled.width) == place)[None, :], "bool")
        filled = where(here, answer, filled)
    return with_indicator(step, x, Table.of(filled))
