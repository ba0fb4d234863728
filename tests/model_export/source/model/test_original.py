"""The original answers a row as it does among other rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import MiniBatchSparsePCA, SparsePCA
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - it registers
from sklearn.impute import IterativeImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from model_export.progress import Silent
from model_export.source.intake import Given, take_in
from model_export.source.model.original import Silence

if TYPE_CHECKING:
    from model_export.source.instances import Instance

ROWS = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=["a", "b", "c"])


@pytest.mark.parametrize("kind", [SparsePCA, MiniBatchSparsePCA])
def test_a_step_that_takes_no_lone_row_answers_one_beside_a_row_that_raises(kind: type[SparsePCA]) -> None:
    model = make_pipeline(kind(n_components=2, random_state=0), Ridge()).fit(ROWS, ROWS["a"])
    with pytest.raises(ValueError, match="2D"):
        model.predict(ROWS.head(1))
    original = take_in(model, Given(ROWS), Silent()).original
    rows: list[Instance] = [*_instances(ROWS.head(2)), {"a": None, "b": 1.0, "c": 1.0}]
    *answered, refused = original.answers(rows)
    values = [answer["value"] for answer in answered if not isinstance(answer, Silence)]
    assert values == pytest.approx(model.predict(ROWS.head(2)).tolist())
    assert isinstance(refused, Silence)
    assert not original.raises(rows[:1]), "alone it raises, beside itself it does not"
    assert original.raises(rows)
    assert original.raises(rows[2:])


def test_a_step_that_writes_to_its_input_answers() -> None:
    parted = pd.DataFrame({name: ROWS[name].where(ROWS[name] > -2.0) for name in ROWS}, copy=False)
    model = make_pipeline(IterativeImputer(keep_empty_features=True), Ridge()).fit(parted, ROWS["a"])
    with pytest.raises(ValueError, match="read-only"):
        model.predict(parted.copy())
    instance: Instance = {"a": None, "b": 1.0, "c": 1.0}
    (answer,) = take_in(model, Given(parted), Silent()).original.answers([instance])
    assert not isinstance(answer, Silence)
    alone = pd.DataFrame({"a": [np.nan], "b": [1.0], "c": [1.0]}, copy=False)
    assert answer["value"] == pytest.approx(model.predict(alone)[0])


def _instances(rows: pd.DataFrame) -> list[Instance]:
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.to_numpy().tolist()]
