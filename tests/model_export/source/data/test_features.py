"""Features as the data and the model tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from model_export.errors import InputError
from model_export.source.data.features import feature_names, infer_features
from model_export.source.model.knowledge import knowledge_of

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


def test_features_have_names_as_written_types_gaps_ranges_and_categories(
    pipeline: Pipeline, table: pd.DataFrame
) -> None:
    names = feature_names(pipeline, table, ["won"])
    found = {feature.name: feature for feature in infer_features(table[names], knowledge_of(pipeline, names))}
    assert list(found) == ["résumé score", "visits", "colour", "city"], "member is read by no step"
    score, visits, colour, city = found.values()
    assert (score.type, score.nullable, score.observed_minimum) == ("number", True, table["résumé score"].min())
    assert (visits.type, visits.nullable, visits.observed_maximum) == ("number", False, 8)
    assert (colour.type, colour.nullable, colour.categories) == ("string", False, ("blau", "green", "red"))
    assert (city.type, city.nullable, city.categories) == ("string", True, ("Lyon", "Zürich"))
    assert score.minimum is score.maximum is None, "only people know what is allowed"
    assert isinstance(visits.example, int)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pd.array(["a", None], dtype="str"), "string"),
        (pd.Series(["a", None], dtype=object), "string"),
        (pd.Categorical(["a", "b"]), "string"),
        (pd.array([1, None], dtype="Int64"), "number"),
        (pd.Series([True, None], dtype=object), "boolean"),
        (np.array([1.5, np.nan], dtype=np.float32), "number"),
    ],
    ids=["str", "object", "category", "Int64", "booleans with gaps", "float32"],
)
def test_types_of_pandas_become_types_of_json(values: object, kind: str) -> None:
    assert infer_features(pd.DataFrame({"it": values}), {})[0].type == kind


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([np.nan, np.nan], "it: the data hold no value at all. Give data in which it has some."),
        (
            ["a", 1],
            "it: holds values of type int, str; expected numbers, texts or booleans. Give the column one type.",
        ),
        (
            [1, 2**53 + 1],
            (
                "it: holds whole numbers above 2**53, such as an id or a hash. Readers of JSON in other languages "
                "round them, so that callers could not send what the model was fitted on. Leave the feature out, or "
                "fit the model on it as a text."
            ),
        ),
        ([1.0, np.inf], "it: holds infinity, which JSON does not know. Remove such rows."),
        (
            pd.to_datetime(["2026-01-01", "2026-01-02"]),
            "it: holds values of type Timestamp; expected numbers, texts or booleans. Give the column one type.",
        ),
    ],
    ids=["all missing", "mixed", "above 2**53", "infinity", "dates"],
)
def test_values_that_no_request_can_hold_are_told(values: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        infer_features(pd.DataFrame({"it": values}), {})
    assert str(caught.value) == message


def test_a_missing_target_is_told(pipeline: Pipeline, features: pd.DataFrame) -> None:
    with pytest.raises(InputError) as caught:
        feature_names(pipeline, features, ["won"])
    assert str(caught.value) == (
        "The data have no column 'won' to be the target; they have "
        "'résumé score', 'visits', 'member', 'colour', 'city'."
    )


def test_missing_features_are_told(pipeline: Pipeline, features: pd.DataFrame) -> None:
    with pytest.raises(InputError) as caught:
        feature_names(pipeline, features.drop(columns=["city", "visits", "member"]))
    assert str(caught.value) == "The data lack what the model was fitted on: 'visits', 'city'."


def test_another_number_of_features_than_an_array_had_is_told() -> None:
    model = LogisticRegression().fit(np.array([[0.0], [1.0]]), [0, 1])
    with pytest.raises(InputError) as caught:
        feature_names(model, pd.DataFrame({"a": [1], "b": [2]}))
    assert str(caught.value) == (
        "The model was fitted on 1 features, the data have 2. Name the column of the labels: --target COLUMN."
    )
