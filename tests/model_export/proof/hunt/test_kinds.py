"""Rows of kinds: what each feature is tried at, what the contract refuses left out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from inference_lib.contract.document import Feature
from model_export.proof.edges import BEYOND
from model_export.proof.hunt.kinds import EXACT, MISSING, ODD_TEXT, TEXTS, TINY, UNKNOWN, ZEROS, rows_of_kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Json
    from model_export.proof.edges import Row
    from model_export.source.instances import Instance

_NUMBER = Feature(name="x", type="number", nullable=False, observed_minimum=2, observed_maximum=5)
_WHOLE = Feature(name="n", type="integer", nullable=False, observed_minimum=2, observed_maximum=5)
_OPEN = Feature(name="c", type="string", nullable=True, categories=("Ab", "cd"), unknown_categories="answer")


def _rows(features: Sequence[Feature], base: Instance, limit: float | None = None) -> list[Row]:
    return list(rows_of_kinds(features, [base], limit))


def _values(feature: Feature, group: str, limit: float | None = None) -> list[Json]:
    note = f"{feature.name} {group}"
    return [row.instance[feature.name] for row in _rows([feature], {feature.name: 3}, limit) if row.note == note]


def test_every_number_is_set_to_constants_and_to_multiples_of_its_ends() -> None:
    rows = _rows([_NUMBER, _WHOLE], {"x": 3.0, "n": 3})
    found = {row.note: row.instance for row in rows if row.note.startswith("every number")}
    assert [found[f"every number is {each}"] for each in ("0", "1", "-1")] == [
        {"x": 0.0, "n": 0},
        {"x": 1.0, "n": 1},
        {"x": -1.0, "n": -1},
    ]
    assert math.copysign(1, float(str(found["every number is -0"]["x"]))) == -1
    assert found["every number at 1 times its lowest value"] == {"x": 2.0, "n": 2}
    assert found["every number at -1 times its highest value"] == {"x": -5.0, "n": -5}
    assert found["every number at 3 times its highest value"] == {"x": 15.0, "n": 15}
    assert found["every number at 1e+07 times its lowest value"] == {"x": 2e7, "n": 20_000_000}
    assert {row.group for row in rows if row.note.startswith("every number is")} == {ZEROS}
    assert {row.group for row in rows if " times " in row.note} == {BEYOND}


def test_a_number_that_the_contract_refuses_keeps_its_value_and_a_row_of_none_is_left_out() -> None:
    bounded = Feature(name="x", type="number", nullable=False, minimum=1, observed_minimum=2, observed_maximum=5)
    rows = _rows([bounded, _WHOLE], {"x": 3.0, "n": 3})
    assert [row.instance for row in rows if row.note == "every number is 0"] == [{"x": 3.0, "n": 0}]
    alone = _rows([bounded], {"x": 3.0})
    assert not [row for row in alone if row.note in {"every number is 0", "every number is -1"}]
    assert [row.instance for row in alone if row.note == "every number is 1"] == [{"x": 1.0}]


def test_one_number_is_tried_far_beyond_what_was_observed() -> None:
    values = _values(_NUMBER, BEYOND)
    expected = {0.0, 2.0, 5.0, -2.0, -5.0, *EXACT, *TINY}
    for factor in (1.1, 3.0, 1e3, 1e7):
        expected |= {2 * factor, 5 * factor, -5 * factor, 2 - factor * 3, 5 + factor * 3}
    assert set(values) == expected
    assert len(values) == len(expected), "each value once"
    assert all(isinstance(value, int) for value in _values(_WHOLE, BEYOND))


def test_whole_numbers_are_tried_beside_the_last_that_single_and_double_precision_hold_all_of() -> None:
    single, last, next_one, negative = EXACT
    assert single == float(np.nextafter(np.float32(2**24), np.float32(0))) + 2
    assert float(np.float32(single)) != single, "it needs a bit more than float32 has"
    assert negative == -single
    assert all(0 < each <= 1e-20 for each in TINY)
    assert (last, next_one) == (2.0**53, math.nextafter(2.0**53, math.inf))


@pytest.mark.parametrize(
    ("limit", "kept", "left_out"),
    [(None, 2.0**53, None), (2e7, 2e7, 2.0**53), (5e7, 5e7, 2.0**53), (1e22, 2.0**53, 1e22)],
)
def test_values_go_up_to_the_limit_of_the_model(limit: float | None, kept: float, left_out: float | None) -> None:
    values = _values(_NUMBER, BEYOND, limit)
    assert kept in values
    assert left_out not in values
    assert (-kept in values) == (kept == limit)


def test_texts_are_odd_and_categories_are_changed_in_their_case() -> None:
    text = Feature(name="t", type="string", nullable=False)
    assert [row.instance["t"] for row in _rows([text], {"t": "x"}) if row.group == ODD_TEXT] == [*TEXTS]
    rows = _rows([_OPEN], {"c": "Ab"})
    by_group: dict[str, list[Json]] = {}
    for row in rows:
        by_group.setdefault(row.group, []).append(row.instance["c"])
    assert by_group["category"] == ["Ab", "cd"]
    assert by_group[MISSING] == [None]
    assert by_group[ODD_TEXT] == ["", "AB", "ab", " Ab", "Ab ", "A", "CD", "Cd", " cd", "cd ", "c"]
    assert by_group[UNKNOWN]
    assert not {"Ab", "cd"} & {*by_group[UNKNOWN]}


def test_a_category_that_the_contract_refuses_is_not_tried() -> None:
    closed = Feature(name="c", type="string", nullable=False, categories=("Ab", "cd"))
    assert [(row.group, row.instance["c"]) for row in _rows([closed], {"c": "Ab"})] == [
        ("category", "Ab"),
        ("category", "cd"),
    ]
    many = Feature(name="c", type="integer", nullable=False, categories=tuple(range(300)))
    assert len(_rows([many], {"c": 1})) == 200


def test_missing_values_come_alone_in_pairs_and_together() -> None:
    features = [Feature(name=name, type="number", nullable=name != "d") for name in "abcd"]
    base: Instance = dict.fromkeys("abcd", 1.0)
    missing = [
        "".join(name for name, value in row.instance.items() if value is None)
        for row in _rows(features, base)
        if row.group == MISSING
    ]
    assert missing == ["a", "b", "c", "abc", "ab", "ac", "bc"]
    assert [row.note for row in _rows(features[2:], {"c": 1.0, "d": 1.0}) if row.group == MISSING] == ["c missing"]
    many = [Feature(name=f"f{at}", type="number", nullable=True) for at in range(14)]
    rows = _rows(many, {feature.name: 1.0 for feature in many})
    assert len([row for row in rows if " and " in row.note]) == 12 * 11 / 2


def test_every_category_is_unknown_at_once_where_there_are_several() -> None:
    second = Feature(name="d", type="integer", nullable=False, categories=(1, 2), unknown_categories="answer")
    rows = _rows([_OPEN, second], {"c": "Ab", "d": 1})
    (together,) = [row.instance for row in rows if row.note == "every category unknown"]
    assert together["c"] not in _OPEN.categories  # type: ignore[operator] # it has some
    assert together["d"] not in (1, 2)
    closed = Feature(name="d", type="integer", nullable=False, categories=(1, 2))
    for alone in ([_OPEN], [_OPEN, closed], [_OPEN, _NUMBER]):
        rows = _rows(alone, {"c": "Ab", "d": 1, "x": 3})
        assert not [row for row in rows if row.note == "every category unknown"]


def test_only_the_pairs_of_missing_values_are_of_the_first_base_alone() -> None:
    features = [Feature(name=name, type="number", nullable=True) for name in "ab"]
    rows = list(rows_of_kinds(features, [{"a": 1.0, "b": 1.0}, {"a": 2.0, "b": 2.0}], None))
    assert len([row for row in rows if row.note == "a and b missing"]) == 1
    assert len([row for row in rows if row.note == "a missing"]) == 2
