"""What the arguments of an export are read as."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from model_export.errors import InputError, UnsupportedModel
from model_export.progress import Silent
from model_export.source.intake import Given, take_in, target_names


@pytest.mark.parametrize(
    ("given", "names"), [(None, ()), ("label", ("label",)), (["a", "b"], ("a", "b")), (("a",), ("a",)), ([], ())]
)
def test_a_target_is_a_name_or_several(given: str | list[str] | None, names: tuple[str, ...]) -> None:
    assert target_names(given) == names


@pytest.mark.parametrize(
    "labels", [pd.Series([0, 1]), pd.DataFrame({"a": [0, 1]}), np.array([0, 1]), [0, 1], ["a", 1], 3], ids=str
)
def test_labels_in_place_of_their_name_are_refused_with_the_way_out(labels: object) -> None:
    with pytest.raises(InputError, match=r"expected the name of the column .* target='label'"):
        target_names(labels)  # type: ignore[arg-type] # what callers pass


@pytest.mark.parametrize("in_a_pipeline", [False, True])
def test_a_model_of_catboost_is_sent_to_the_writer_of_catboost(in_a_pipeline: bool) -> None:
    # A class that says where it is from: CatBoost itself is no package of the tests.
    kind = type("CatBoostRegressor", (LinearRegression,), {"__module__": "catboost.core"})
    rows = pd.DataFrame({"a": [0.0, 1.0, 2.0]})
    model = (make_pipeline(StandardScaler(), kind()) if in_a_pipeline else kind()).fit(rows, rows["a"])
    with pytest.raises(UnsupportedModel, match=r'^CatBoostRegressor: .*save_model\("model.onnx", format="onnx"\)'):
        take_in(model, Given(rows), Silent())
