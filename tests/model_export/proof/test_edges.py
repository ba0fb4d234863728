"""Rows for the proof."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from inference_lib.contract.document import Feature
from model_export.proof.edges import MAX_HELD_OUT, MIXED_ROWS, edge_rows, held_out_rows, mixed_rows

if TYPE_CHECKING:
    from inference_lib.contract.document import FeatureType
    from model_export.source.instances import Instance

FEATURES = (
    Feature(name="age", type="integer", nullable=True, minimum=0, maximum=99, observed_minimum=18, observed_maximum=60),
    Feature(name="debt", type="number", nullable=True, observed_minimum=-1.5, observed_maximum=2.5),
    Feature(name="city", type="string", nullable=False, categories=("Lyon", "Zürich")),
    Feature(name="text", type="string", nullable=False),
    Feature(name="flag", type="boolean", nullable=False),
)
BASE: Instance = {"age": 30, "debt": 1.0, "city": "Lyon", "text": "hello", "flag": True}


def test_each_edge_is_there_once_with_its_note() -> None:
    assert [row.note for row in edge_rows(BASE, FEATURES)] == [
        "every nullable feature missing",
        "age missing",
        "age at the lowest value of the data",
        "age at the highest value of the data",
        "age at its minimum",
        "age at its maximum",
        "age is zero",
        "debt missing",
        "debt at the lowest value of the data",
        "debt at the highest value of the data",
        "debt is zero",
        "debt is negative zero",
        "city is Lyon",
        "city is Zürich",
        "text is empty",
        "text is not ASCII",
        "text is in upper case",
        "text is in lower case",
        "text is twice its example",
        "text is its example without blanks",
        "text has line breaks, tabs and marks",
        "flag is true",
        "flag is false",
    ]


def test_an_edge_row_differs_from_the_base_in_its_feature_alone() -> None:
    for row in edge_rows(BASE, FEATURES)[1:]:
        changed = {name for name, value in row.instance.items() if value is not BASE[name] and value != BASE[name]}
        assert changed <= {row.note.split(" ")[0]}


def test_negative_zero_keeps_its_sign_and_integers_stay_integers() -> None:
    rows = {row.note: row.instance for row in edge_rows(BASE, FEATURES)}
    debt = rows["debt is negative zero"]["debt"]
    assert isinstance(debt, float)
    assert (debt, math.copysign(1, debt)) == (0, -1)
    assert isinstance(rows["age at its maximum"]["age"], int)


def test_the_values_at_the_edges_are_those_of_the_features() -> None:
    values = {row.note: row.instance[row.note.split(" ")[0]] for row in edge_rows(BASE, FEATURES)[1:]}
    assert values["age missing"] is None
    assert (values["age is zero"], values["debt is zero"]) == (0, 0.0)
    assert [values[f"age at the {end} value of the data"] for end in ("lowest", "highest")] == [18, 60]
    assert [values[f"age at its {end}"] for end in ("minimum", "maximum")] == [0, 99]
    assert (values["text is empty"], values["flag is true"], values["flag is false"]) == ("", True, False)
    assert edge_rows(BASE, FEATURES)[0].instance == BASE | {"age": None, "debt": None}


def test_one_nullable_feature_alone_is_missing_once() -> None:
    assert [row.note for row in edge_rows(BASE, FEATURES[:1]) if row.group == "missing value"] == ["age missing"]


def test_zero_is_tried_where_the_range_holds_it() -> None:
    def notes(kind: FeatureType, low: float, high: float) -> list[str]:
        feature = Feature(name="x", type=kind, nullable=False, observed_minimum=low, observed_maximum=high)
        return [row.note for row in edge_rows({"x": low}, [feature]) if row.group == "zero"]

    both = ["x is zero", "x is negative zero"]
    assert [notes("number", low, high) for low, high in ((-1, 1), (0, 1), (-1, 0))] == [both] * 3
    assert [notes("number", low, high) for low, high in ((0.5, 1), (-1, -0.5))] == [[], []]
    assert notes("integer", -1, 1) == ["x is zero"]


def test_texts_are_tried_in_other_forms() -> None:
    feature = Feature(name="t", type="string", nullable=False, example="Hello World")
    assert [row.instance["t"] for row in edge_rows({"t": "x"}, [feature])][2:] == [
        "HELLO WORLD",
        "hello world",
        "Hello World Hello World",
        "HelloWorld",
        "(Hello)!\n\t(World)!\n",
    ]


@pytest.mark.parametrize(
    ("number", "chosen"), [(MAX_HELD_OUT, MAX_HELD_OUT), (MAX_HELD_OUT + 1, MAX_HELD_OUT // 2 + 1)]
)
def test_as_many_held_out_rows_as_allowed_are_all_taken(number: int, chosen: int) -> None:
    assert len(held_out_rows([{"a": index} for index in range(number)])) == chosen


def test_many_held_out_rows_are_thinned_evenly() -> None:
    instances: list[Instance] = [{"a": index} for index in range(3 * MAX_HELD_OUT - 1)]
    chosen = held_out_rows(instances)
    assert len(chosen) == MAX_HELD_OUT
    assert chosen[1].instance == {"a": 3}


def test_mixed_rows_take_each_value_from_the_data_and_are_the_same_each_time() -> None:
    instances: list[Instance] = [BASE, {"age": None, "debt": -1.0, "city": "Zürich", "text": "x", "flag": False}]
    rows = mixed_rows(instances, FEATURES)
    assert len(rows) == MIXED_ROWS
    assert rows == mixed_rows(instances, FEATURES)
    assert all(row.instance["age"] in {30, None} for row in rows)
    assert any(row.instance["age"] is None and row.instance["city"] == "Lyon" for row in rows), "a new combination"
