"""Factorisations whose answers no graph can give are refused with the reason, which holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.decomposition import NMF, LatentDirichletAllocation, MiniBatchNMF

from model_export import UnsupportedModel, export
from tests.model_export.conversion.converters.behind import before_a_line, numbers

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ROWS = numbers(60).abs()
FACTORIZATIONS = [NMF(2, random_state=0), MiniBatchNMF(2, random_state=0)]


@pytest.mark.parametrize("step", FACTORIZATIONS, ids=lambda step: type(step).__name__)
def test_a_factorization_of_the_rows_of_a_call_is_refused(step: BaseEstimator, tmp_path: Path) -> None:
    model = before_a_line(step, ROWS)
    fitted = model[0]
    alone = np.vstack([fitted.transform(ROWS.iloc[[place]]) for place in range(len(ROWS))])
    assert np.abs(fitted.transform(ROWS) - alone).max() > 1e-7, "then it could be exported"
    with pytest.raises(UnsupportedModel, match=f"{type(step).__name__}: .*depends on the other rows of the same call"):
        export(model, ROWS, name="refused", out=tmp_path)


def test_topics_are_refused(tmp_path: Path) -> None:
    model = before_a_line(LatentDirichletAllocation(2, random_state=0), ROWS)
    with pytest.raises(UnsupportedModel, match="LatentDirichletAllocation: it repeats updates with the digamma"):
        export(model, ROWS, name="refused", out=tmp_path)
