"""Packed inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from model_export import export

if TYPE_CHECKING:
    from pathlib import Path

    from model_export import Exported


def _packed(exported: Exported) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {tensor.name: (tensor.element_type, tensor.features) for tensor in exported.contract.inputs}


def test_each_element_type_travels_in_one_input(sleep: Exported) -> None:
    texts = tuple(each.name for each in sleep.contract.features if each.type == "string")
    others = tuple(each.name for each in sleep.contract.features if each.type != "string")
    assert _packed(sleep) == {"numbers": ("double", others), "strings": ("string", texts)}


def test_numbers_and_booleans_that_an_encoder_reads_travel_with_all_other_numbers(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    prepare = ColumnTransformer([("codes", OneHotEncoder(), ["visits"]), ("rest", "passthrough", ["member"])])
    model = Pipeline([("prepare", prepare), ("weigh", LogisticRegression())])
    rows = table[["visits", "member"]]
    exported = export(model.fit(rows, table["won"]), rows, name="codes", out=tmp_path)
    assert _packed(exported) == {"numbers": ("double", ("visits", "member"))}


def test_an_array_travels_as_it_is_in_one_input(cancer: Exported) -> None:
    (tensor,) = cancer.contract.inputs
    assert tensor.element_type == "double"
    assert tensor.features == tuple(feature.name for feature in cancer.contract.features)


def test_steps_that_read_the_same_features_in_different_orders_are_answered_as_the_original_answers(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    # skl2onnx keeps one order only, and every answer was wrong.
    numbers = pd.DataFrame({"a": table["visits"], "b": table["visits"] ** 2, "won": table["won"]})
    scalers = FeatureUnion(
        [
            ("one", ColumnTransformer([("scale", StandardScaler(), ["a", "b"])])),
            ("two", ColumnTransformer([("squeeze", MinMaxScaler(), ["b", "a"])])),
        ]
    )
    model = Pipeline([("scalers", scalers), ("weigh", LogisticRegression())])
    model.fit(numbers[["a", "b"]], numbers["won"])
    exported = export(model, numbers, name="orders", target="won", out=tmp_path)
    assert exported.contract.inputs[0].features == ("a", "b")
    assert exported.parity.max_abs_error < 1e-12
