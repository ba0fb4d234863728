"""The judge of the sweep excuses the original's own noise, and no jump and no other difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeRegressor

from model_export.progress import Silent
from model_export.proof.compare import numbers_of
from model_export.proof.report import ParityReport
from model_export.source.intake import Given, take_in
from tests.model_export.sweep.judge import as_uncertain

if TYPE_CHECKING:
    from model_export.source.instances import Instance
    from model_export.source.model.original import Original

ROWS = pd.DataFrame({"a": np.arange(60.0) / 10, "b": np.arange(60.0)[::-1].copy()})
REPORT = ParityReport(2e-6, 2e-4)


@pytest.mark.parametrize("apart", [1e-3, -1e-3, 5.0])
def test_a_wrong_answer_of_a_smooth_model_is_wrong(apart: float) -> None:
    original = take_in(LinearRegression().fit(ROWS, ROWS["a"]), Given(ROWS), Silent()).original
    request: Instance = {"a": 3.0, "b": 2.0}
    assert not as_uncertain(original, request, {"value": 3.0 + apart}, REPORT, np.random.default_rng(0))


def test_the_other_side_of_a_threshold_is_wrong() -> None:
    model = DecisionTreeRegressor(max_depth=1, random_state=0).fit(ROWS[["a"]], ROWS["a"])
    original = take_in(model, Given(ROWS[["a"]]), Silent()).original
    below, above = 0.0, 5.9
    low, high = _values(original, below, above)
    while np.nextafter(below, np.inf) < above:
        middle = (below + above) / 2
        below, above = (middle, above) if _values(original, middle) == [low] else (below, middle)
    for value, wrong in ((below, high), (above, low)):
        request: Instance = {"a": value}
        assert not as_uncertain(original, request, {"value": wrong}, REPORT, np.random.default_rng(0))


def _values(original: Original, *values: float) -> list[float]:
    requests: list[Instance] = [{"a": value} for value in values]
    return [float(value) for value in numbers_of(original.predict(requests))[:, 0]]
