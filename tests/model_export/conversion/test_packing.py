"""Packed inputs."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from model_export import UnsupportedModel, export
from model_export.conversion.packing import pack
from model_export.source.data.features import infer_features

if TYPE_CHECKING:
    from pathlib import Path

    from model_export import Exported


def _packed(model: Pipeline, table: pd.DataFrame) -> dict[str, tuple[str, tuple[str, ...]]]:
    inputs = pack(copy.deepcopy(model), infer_features(model, table), "double")
    return {tensor.name: (tensor.element_type, tensor.features) for tensor in inputs}


def test_each_element_type_travels_in_one_input(pipeline: Pipeline, features: pd.DataFrame) -> None:
    assert _packed(pipeline, features.drop(columns="member")) == {
        "numbers": ("double", ("résumé score", "visits")),
        "strings": ("string", ("colour", "city")),
    }


def test_integers_and_booleans_are_int64_only_where_an_encoder_reads_them(table: pd.DataFrame) -> None:
    prepare = ColumnTransformer([("codes", OneHotEncoder(), ["visits"]), ("rest", "passthrough", ["member"])])
    model = Pipeline([("prepare", prepare), ("weigh", LogisticRegression())])
    model.fit(table[["visits", "member"]], table["won"])
    assert _packed(model, table[["visits", "member"]]) == {
        "numbers": ("double", ("member",)),
        "integers": ("int64", ("visits",)),
    }


def test_an_array_travels_as_it_is_in_one_input(cancer: Exported) -> None:
    (tensor,) = cancer.contract.inputs
    assert tensor.element_type == "double"
    assert tensor.features == tuple(feature.name for feature in cancer.contract.features)


def _two_orders(table: pd.DataFrame, first: list[str], second: list[str]) -> Pipeline:
    scalers = FeatureUnion(
        [
            ("one", ColumnTransformer([("scale", StandardScaler(), first)])),
            ("two", ColumnTransformer([("squeeze", MinMaxScaler(), second)])),
        ]
    )
    model = Pipeline([("scalers", scalers), ("weigh", LogisticRegression())])
    return model.fit(table[["a", "b"]], table["won"])


def test_features_that_a_step_reads_in_another_order_than_the_table_are_still_right(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    # The converter ignores the order when a step reads a whole tensor: every answer was wrong.
    numbers = pd.DataFrame({"a": table["visits"], "b": table["visits"] ** 2, "won": table["won"]})
    exported = export(_two_orders(numbers, ["b", "a"], ["b", "a"]), numbers, name="swapped", out=tmp_path)
    assert exported.contract.inputs[0].features == ("b", "a")


def test_two_orders_of_the_same_features_are_refused_by_name(table: pd.DataFrame, tmp_path: Path) -> None:
    numbers = pd.DataFrame({"a": table["visits"], "b": table["visits"] ** 2, "won": table["won"]})
    with pytest.raises(UnsupportedModel) as caught:
        export(_two_orders(numbers, ["a", "b"], ["b", "a"]), numbers, name="swapped", out=tmp_path)
    assert str(caught.value) == (
        "The step 'squeeze' reads features that an earlier step reads in another order, and the converter keeps one "
        "order only. List them alike: 'a', 'b'."
    )
