"""The features file."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.contract.document import Feature
from model_export.errors import InputError
from model_export.source.data.corrections import MEMBERS, apply_corrections, read_corrections

if TYPE_CHECKING:
    from pathlib import Path

    from model_export.source.data.corrections import Corrections


def _features() -> tuple[Feature, ...]:
    return (
        Feature(name="age", type="number", nullable=False, observed_minimum=20, observed_maximum=60),
        Feature(name="city", type="string", nullable=False, categories=("Lyon", "Zürich")),
    )


def test_what_people_said_is_put_into_the_features(tmp_path: Path) -> None:
    (tmp_path / "features.yaml").write_text(
        "age: {type: integer, unit: years, minimum: 18, maximum: 99, nullable: true, description: Years, example: 30}\n"
        "city: {categories: [Lyon]}\n",
        encoding="utf-8",
    )
    age, city = features = _features()
    apply_corrections(features, read_corrections(tmp_path / "features.yaml"))
    assert (age.type, age.unit, age.minimum, age.maximum) == ("integer", "years", 18, 99)
    assert (age.nullable, age.description, age.example) == (True, "Years", 30)
    assert city.categories == ("Lyon",)


@pytest.mark.parametrize(
    ("corrections", "fault"),
    [
        ({"agee": {}}, "agee: the model has no such feature; did you mean 'age'?"),
        ({"xyz": {}}, "xyz: the model has no such feature; it has 'age', 'city'"),
        ({"age": {"units": "y"}}, "age.units: no such member; did you mean 'unit'?"),
        ({"age": {"unit": 3}}, "age.unit: expected text"),
        ({"age": {"minimum": "0"}}, "age.minimum: expected a number"),
        ({"age": {"minimum": True}}, "age.minimum: expected a number"),
        ({"age": {"maximum": float("inf")}}, "age.maximum: expected a number"),
        ({"city": {"minimum": 0}}, "city.minimum: a string feature has no range"),
        ({"age": {"nullable": "yes"}}, "age.nullable: expected true or false"),
        ({"age": {"categories": ["a"]}}, "age.categories: a number feature has no categories"),
        ({"city": {"categories": "Lyon"}}, "city.categories: expected a list of texts, none of them empty"),
        ({"city": {"categories": ["Bern"]}}, "city.categories: the model does not know 'Bern'"),
        ({"age": {"type": "text"}}, "age.type: expected one of number, integer, string, boolean"),
        ({"age": {"type": "string"}}, "age.type: the data hold values of type number"),
        ({"age": {"example": "x"}}, "age.example: expected a value of type number"),
        ({"age": {"minimum": 9, "maximum": 8}}, "age: minimum 9 is above maximum 8"),
        ({"age": {"minimum": 21}}, "age.minimum: 21, and the data hold 20"),
        ({"age": {"maximum": 59}}, "age.maximum: 59, and the data hold 60"),
    ],
    ids=str,
)
def test_a_wrong_correction_is_told(corrections: Corrections, fault: str) -> None:
    with pytest.raises(InputError) as caught:
        apply_corrections(_features(), corrections)
    assert str(caught.value) == f"The features file does not fit the model: {fault}."


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        apply_corrections(_features(), {"age": {"unit": 1, "minimum": "x"}, "town": {}})
    assert str(caught.value).count(";") == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [", "is not YAML"),
        (b"- a\n", "expected a mapping of feature names to mappings, such as 'age: {unit: years}'."),
        (b"a: 3\n", "expected a mapping of feature names to mappings, such as 'age: {unit: years}'."),
        (b"\xff\xfe\xfa", "is not YAML"),
    ],
    ids=["no YAML", "a list", "no mapping inside", "no text"],
)
def test_a_file_of_another_form_is_told(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "features.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_corrections(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_an_absent_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_corrections(tmp_path / "features.yaml")
    assert str(caught.value) == f"{tmp_path / 'features.yaml'}: cannot be read (No such file or directory)."


_VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())


@given(
    st.dictionaries(
        st.sampled_from(("age", "city")) | st.text(), st.dictionaries(st.sampled_from(MEMBERS) | st.text(), _VALUES)
    )
)
def test_any_mapping_is_either_applied_or_refused_with_a_sentence(corrections: Corrections) -> None:
    features = _features()
    with suppress(InputError):
        apply_corrections(features, corrections)
        for feature in features:
            json.dumps(feature.categories, allow_nan=False)
            assert feature.minimum is None or feature.minimum <= (feature.observed_minimum or 0)
