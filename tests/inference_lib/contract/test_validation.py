"""Whole requests against a contract: every problem, in order, with its path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.contract.columns import Quality
from inference_lib.contract.document import Contract, Feature, InputTensor, OutputTensor
from inference_lib.contract.reading import contract_from_dict
from inference_lib.contract.validation import Validator, json_type, member, object_of, suggestion, unknown_members
from inference_lib.errors import MAX_REPORTED, InvalidRequest, MalformedRequest
from tests.strategies import anything, features

if TYPE_CHECKING:
    from inference_lib.contract.document import ElementType, Json


_CONTRACT = Contract(
    name="test",
    version="1",
    task="regression",
    features=(
        Feature(name="age", type="number", nullable=True, minimum=18, maximum=100),
        Feature(name="cups", type="integer", nullable=False, minimum=0, maximum=20),
        Feature(name="shift work", type="boolean", nullable=False),
    ),
    inputs=(InputTensor(name="x", element_type="float", features=("age", "cups", "shift work")),),
    outputs={"value": OutputTensor(name="value", element_type="float")},
)
_GOOD: dict[str, Json] = {"age": 40, "cups": 2, "shift work": False}


def _problems(instances: Json) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as raised:
        Validator(_CONTRACT, 5).validate(instances, Quality())
    return [(problem.path, problem.message) for problem in raised.value.problems]


def _outcome(contract: Contract, rows: list[Json]) -> tuple[object, list[int]]:
    quality = Quality()
    try:
        valid = Validator(contract, 5).validate(rows, quality)
        found: object = {name: [repr(value) for value in values][:1] for name, values in valid.columns.items()}
    except InvalidRequest as error:
        found = [(p.path, p.message) for p in error.problems if p.path.startswith("instances[0]")]
    return found, [
        sum(counts.values()) for counts in (quality.missing, quality.unknown_categories, quality.out_of_range)
    ]


@given(feature=features(), value=anything(), is_left_out=st.booleans())
def test_one_instance_is_judged_as_it_is_among_others(feature: Feature, value: Json, is_left_out: bool) -> None:
    kinds: dict[str, ElementType] = {"string": "string", "boolean": "bool", "integer": "int64", "number": "float"}
    contract = Contract(
        name="test",
        version="1",
        task="regression",
        features=(feature,),
        inputs=(InputTensor(name="x", element_type=kinds[feature.type], features=(feature.name,)),),
        outputs={"value": OutputTensor(name="value", element_type="float")},
    )
    row: dict[str, Json] = {} if is_left_out else {feature.name: value}
    alone, counts_alone = _outcome(contract, [row])
    among, counts_among = _outcome(contract, [row, row])
    assert alone == among
    assert [2 * count for count in counts_alone] == counts_among


def test_good_instances_become_columns() -> None:
    valid = Validator(_CONTRACT, 5).validate([_GOOD, {**_GOOD, "age": None}], Quality())
    assert valid.rows == 2
    assert valid.columns == {"age": [40, None], "cups": [2, 2], "shift work": [False, False]}


def test_a_nullable_feature_may_be_left_out_and_counts_as_missing() -> None:
    quality = Quality()
    valid = Validator(_CONTRACT, 5).validate([{"cups": 2, "shift work": True}, _GOOD], quality)
    assert valid.columns["age"] == [None, 40]
    assert quality.counts() == {"missing": {"age": 1}}


def test_all_problems_of_all_instances_are_reported_at_once_in_order() -> None:
    bad: Json = [
        {"age": "x", "cups": 99, "shift work": False, "cupz": 1},
        _GOOD,
        {"age": 17, "shift work": "no"},
    ]
    assert _problems(bad) == [
        ("instances[0].age", "expected a number, got a string"),
        ("instances[0].cups", "expected an integer from 0 to 20, got one above the maximum"),
        ("instances[0].cupz", "unknown feature"),
        ("instances[2].age", "expected a number from 18 to 100, got one below the minimum"),
        ("instances[2].cups", "required feature is missing; expected an integer"),
        ('instances[2]["shift work"]', "expected a boolean, got a string"),
    ]


def test_unknown_features_are_ignored_where_the_contract_says_so() -> None:
    contract = contract_from_dict({**_CONTRACT.to_dict(), "unknown_features": "ignore"}, "here")
    quality = Quality()
    valid = Validator(contract, 5).validate([{**_GOOD, "colour": "red"}, {**_GOOD, "aeg": [1]}], quality)
    assert valid.columns.keys() == {feature.name for feature in contract.features}
    assert quality.counts() == {}
    with pytest.raises(InvalidRequest, match="required feature is missing"):
        Validator(contract, 5).validate([{"colour": "red"}], Quality())


@pytest.mark.parametrize("absent", [0, 1])
@pytest.mark.parametrize("unknown", [0, 1, 2])
@pytest.mark.parametrize("others", [[], [_GOOD]])
def test_each_unknown_feature_is_found_however_many_are_left_out(absent: int, unknown: int, others: list[Json]) -> None:
    row = {name: value for name, value in _GOOD.items() if name != "age" or not absent}
    sent: Json = [{**row, **{f"zzz{number}": 1 for number in range(unknown)}}, *others]
    if unknown:
        assert _problems(sent) == [(f"instances[0].zzz{number}", "unknown feature") for number in range(unknown)]
    else:
        assert Validator(_CONTRACT, 5).validate(sent, Quality()).columns["cups"] == [2] * (1 + len(others))


def test_one_instance_alone_is_held_to_the_length_of_a_text() -> None:
    contract = Contract(
        name="test",
        version="1",
        task="regression",
        features=(Feature(name="note", type="string", nullable=False),),
        inputs=(InputTensor(name="x", element_type="string", features=("note",)),),
        outputs={"value": OutputTensor(name="value", element_type="float")},
    )
    validator = Validator(contract, 5, max_text_length=3)
    assert validator.validate([{"note": "abc"}], Quality()).columns == {"note": ["abc"]}
    with pytest.raises(InvalidRequest, match="at most 3 characters"):
        validator.validate([{"note": "abcd"}], Quality())


def test_as_many_instances_as_allowed_are_answered() -> None:
    assert Validator(_CONTRACT, 5).validate([_GOOD] * 5, Quality()).rows == 5


def test_only_an_absent_feature_is_suggested() -> None:
    assert _problems([{**_GOOD, "cupz": 1}]) == [("instances[0].cupz", "unknown feature")]
    absent = {name: value for name, value in _GOOD.items() if name != "cups"}
    assert ("instances[0].cupz", "unknown feature; did you mean 'cups'?") in _problems([{**absent, "cupz": 1}])


def test_a_misspelt_nullable_feature_is_not_taken_for_a_missing_one() -> None:
    assert _problems([{"aeg": 40, "cups": 1, "shift work": False}]) == [
        ("instances[0].aeg", "unknown feature; did you mean 'age'?")
    ]


@pytest.mark.parametrize(
    ("instances", "problem"),
    [
        ({}, ("instances", "expected a list of objects, got an object")),
        (None, ("instances", "expected a list of objects, got null")),
        ([], ("instances", "expected at least 1 instance, got 0")),
        ([_GOOD] * 6, ("instances", "expected at most 5 instances, got 6")),
        ([_GOOD, 7], ("instances[1]", "expected an object, got a number")),
    ],
    ids=["object", "null", "none", "too many", "number"],
)
def test_instances_that_are_no_list_of_objects_are_refused(instances: Json, problem: tuple[str, str]) -> None:
    assert _problems(instances) == [problem]


def test_the_detail_says_how_many_and_the_first() -> None:
    validator = Validator(_CONTRACT, 1000)
    with pytest.raises(InvalidRequest) as raised:
        validator.validate([{**_GOOD, "cups": -1}] * 60, Quality())
    assert raised.value.detail == (
        f"The request violates the model's contract: the first {MAX_REPORTED} of 60 problems follow in 60 instances. "
        "First: instances[0].cups: expected an integer from 0 to 20, got one below the minimum"
    )


@pytest.mark.parametrize(
    ("instances", "detail"),
    [
        ([{**_GOOD, "cups": -1}], "1 problem in 1 instance. First: instances[0].cups"),
        ([{**_GOOD, "cups": -1}] * 2, "2 problems in 2 instances. First: instances[0].cups"),
        ([_GOOD, {**_GOOD, "cups": -1}], "1 problem in 2 instances. First: instances[1].cups"),
        ([{**_GOOD, "cups": -1}] * MAX_REPORTED, f"{MAX_REPORTED} problems in {MAX_REPORTED} instances. First"),
        ([], "1 problem. First: instances"),
        ([1, 2], "2 problems. First: instances[0]"),
    ],
    ids=["one", "two", "second", "all reported", "none", "numbers"],
)
def test_the_detail_counts_problems_and_instances(instances: Json, detail: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        Validator(_CONTRACT, 1000).validate(instances, Quality())
    assert f": {detail}:" in raised.value.detail or f": {detail}." in raised.value.detail


@pytest.mark.parametrize("document", [None, [], "text", 1.5, True])
def test_a_body_that_is_no_object_is_malformed(document: Json) -> None:
    with pytest.raises(MalformedRequest) as raised:
        object_of(document, "instances", "a request")
    expected = f"expected an object with the member 'instances', got {json_type(document)}"
    assert raised.value.detail == f"The body is not a request: {expected}."
    assert [(problem.path, problem.message) for problem in raised.value.problems] == [("$", expected)]


def test_a_body_that_is_an_object_is_returned() -> None:
    assert object_of({"a": 1}, "instances", "a request") == {"a": 1}


def test_members_that_are_not_known_are_problems() -> None:
    found = unknown_members(["id", "instancez", "x"], ("id", "instances"), "$")
    assert [(problem.path, problem.message) for problem in found] == [
        ("$.instancez", "unknown member; did you mean 'instances'?"),
        ("$.x", "unknown member"),
    ]


def test_a_suggestion_reads_as_much_of_a_name_as_a_path_shows() -> None:
    name = "x" * 64
    assert suggestion(name + "y" * 500, [name]) == f"; did you mean '{name}'?"


def test_paths_of_odd_names_are_quoted_and_long_ones_cut() -> None:
    assert member("instances[3]", "mean radius") == 'instances[3]["mean radius"]'
    assert member("instances[0]", "x" * 500) == f"instances[0].{'x' * 64}"
