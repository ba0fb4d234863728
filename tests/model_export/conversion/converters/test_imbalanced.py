"""Models of imbalanced-learn answer as they do: samplers change the rows that are fitted, none that is predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from imblearn.ensemble import BalancedRandomForestClassifier
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from model_export import export

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator

ROWS = pd.DataFrame(np.random.default_rng(0).normal(size=(240, 3)).round(2), columns=list("abc"))
RARE = (ROWS.a + ROWS.b > 1.3).astype(int)


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(StandardScaler(), SMOTE(random_state=0), LogisticRegression()),
        make_pipeline(RandomUnderSampler(random_state=0), RandomForestClassifier(5, random_state=0)),
        BalancedRandomForestClassifier(5, random_state=0),
    ],
    ids=["SMOTE", "under-sampling", "balanced forest"],
)
def test_the_sampler_is_left_out(model: BaseEstimator, tmp_path: Path) -> None:
    exported = export(model.fit(ROWS, RARE), ROWS, name="rare", out=tmp_path)
    assert exported.parity.failures == 0
    assert exported.contract.task == "binary"
