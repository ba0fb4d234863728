"""Bin indexes: the function puts every value into the bin in which the export counted it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.bundle.profile import (
    CLASS,
    INDEXES,
    MISSING,
    PROBABILITY,
    VALUE,
    BinCoder,
    parse_profile,
    watched_number,
)
from inference_lib.contract.document import Feature
from inference_lib.errors import BundleError
from model_export.evaluation.reference import profile_document, reference_profile

if TYPE_CHECKING:
    from inference_lib.bundle.profile import Profile
    from inference_lib.contract.document import Json
    from inference_lib.runtime.model import Prediction
    from model_export.source.instances import Instance

_FEATURES = (
    Feature(name="number", type="number", nullable=True),
    Feature(name="whole", type="integer", nullable=False),
    Feature(name="flag", type="boolean", nullable=True),
    Feature(name="kind", type="string", nullable=True, categories=("x", "y", "z")),
    Feature(name="text", type="string", nullable=False),
)

_ROWS: st.SearchStrategy[list[Instance]] = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.none() | st.floats(-1e6, 1e6, width=32) | st.sampled_from([0.0, -0.0, 1.5]),
            "whole": st.integers(-5, 30),
            "flag": st.none() | st.booleans(),
            "kind": st.none() | st.sampled_from(["x", "y", "z"]),
            "text": st.text(max_size=20),
        }
    ),
    min_size=1,
    max_size=60,
)


def _profile(features: tuple[Feature, ...], rows: list[Instance], predictions: list[Prediction]) -> Profile:
    return parse_profile(profile_document(reference_profile(features, rows, predictions)), "profile.json")


def _counted(profile: Profile, codes: list[str]) -> list[dict[str, float]]:
    return [
        {index: float(found.count(index)) for index in sorted(set(found))}
        for found in ([code[at] for code in codes] for at in range(len(profile.variables)))
    ]


def _seen(counts: dict[str, float]) -> dict[str, float]:
    return {index: float(count) for index, count in sorted(counts.items()) if count}


@given(rows=_ROWS, data=st.data())
def test_the_reference_rows_fall_into_the_bins_that_the_profile_counts(
    rows: list[Instance], data: st.DataObject
) -> None:
    probabilities = data.draw(st.lists(st.floats(0.5, 1), min_size=len(rows), max_size=len(rows)))
    predictions: list[Prediction] = [
        {"label": "a" if p > 0.75 else "b", "probability": p, "probabilities": {"a": p, "b": 1 - p}}
        for p in probabilities
    ]
    profile = _profile(_FEATURES, rows, predictions)
    columns: dict[str, list[Json]] = {each.name: [row[each.name] for row in rows] for each in _FEATURES}

    codes = [BinCoder(profile).code(columns, row, prediction) for row, prediction in enumerate(predictions)]

    assert _counted(profile, codes) == [_seen(variable.counts) for variable in profile.variables]
    assert [variable.name for variable in profile.variables[-2:]] == [PROBABILITY, CLASS]


def test_the_value_of_a_regressor_has_bins_too() -> None:
    rows: list[Instance] = [{"number": float(at)} for at in range(50)]
    predictions: list[Prediction] = [{"value": at / 7} for at in range(50)]
    profile = _profile(_FEATURES[:1], rows, predictions)
    codes = [
        BinCoder(profile).code({"number": [row["number"]]}, 0, prediction)
        for row, prediction in zip(rows, predictions, strict=True)
    ]
    assert profile.variables[-1].name == VALUE
    assert codes == sorted(codes)
    assert _counted(profile, codes) == [_seen(variable.counts) for variable in profile.variables]


def test_categories_beyond_the_last_index_share_it() -> None:
    names = tuple(f"c{at:03}" for at in range(100))
    feature = Feature(name="kind", type="string", nullable=True, categories=names)
    rows: list[Instance] = [{"kind": name} for name in names]
    predictions: list[Prediction] = [{"value": 1.0}] * len(rows)
    profile = _profile((feature,), rows, predictions)
    coder = BinCoder(profile)
    codes = [coder.code({"kind": [name]}, 0, predictions[0])[0] for name in names]
    assert codes == [*INDEXES, *[INDEXES[-1]] * (100 - len(INDEXES))]
    assert profile.variables[0].counts[INDEXES[-1]] == 100 - len(INDEXES) + 1
    assert coder.code({"kind": [None]}, 0, predictions[0])[0] == MISSING


def _document(**predictions: object) -> bytes:
    document: dict[str, object] = {
        "rows": 10,
        "features": {
            "number": {"edges": [1.0, 2.0], "counts": [3, 4, 2], "missing_share": 0.14},
            "later": {"rows": 20, "edges": [], "counts": [15], "missing_share": 0.25},
            "flag": {"categories": {"true": 6, "false": 4}, "missing_share": 0.0},
            "kind": {"categories": {"x": 9, "y": 1}, "missing_share": 0.0},
            "text": {"lengths": {"edges": [2, 4], "counts": [5, 5, 0]}, "missing_share": 0.0},
        },
        "predictions": predictions,
    }
    return json.dumps(document).encode()


_VALUES: dict[str, Json] = {"edges": [0.5], "counts": [6, 4]}


def test_a_profile_is_read_as_it_is_written() -> None:
    profile = parse_profile(_document(probability=_VALUES, classes={"no": 7, "yes": 3}), "here")
    assert profile.rows == 10
    assert {each.name: each.counts for each in profile.variables} == {
        "number": {"0": 3, "1": 4, "2": 2, MISSING: 1},
        "later": {"0": 15, MISSING: 5},
        "flag": {"0": 6, "1": 4, MISSING: 0},
        "kind": {"0": 9, "1": 1, MISSING: 0},
        "text": {"0": 5, "1": 5, "2": 0, MISSING: 0},
        "probability": {"0": 6, "1": 4},
        "class": {"0": 7, "1": 3},
    }
    assert [each.is_prediction for each in profile.variables] == [False] * 5 + [True] * 2
    assert [each.is_ordered for each in profile.variables] == [True, True, False, False, True, True, False]
    assert [each.labels for each in profile.variables if each.labels] == [("true", "false"), ("x", "y"), ("no", "yes")]


_COLUMNS: dict[str, list[Json]] = {
    "number": [1.0, 1.5, None, 2, 2.5, 0],
    "later": [1, 2, 3, 4, 5, None],
    "flag": [True, False, None, True, False, True],
    "kind": ["x", "y", "z", None, "x", "y"],
    "text": ["", "ab", "abc", "abcd", "abcde", None],
}
_FEATURE_CODES = ["00000", "10110", "-0-z1", "100-1", "20102", "0-01-"]


def _codes(content: bytes, predictions: list[Prediction]) -> list[str]:
    coder = BinCoder(parse_profile(content, "here"))
    one_by_one = [coder.code(_COLUMNS, row, prediction) for row, prediction in enumerate(predictions)]
    assert [code[:5] for code in one_by_one] == _FEATURE_CODES
    return [code[5:] for code in one_by_one]


_NUMBERS = [0.0, 0.4, 0.5, 0.6, 1.0, -1.0]
_BINS = ["0", "0", "0", "1", "1", "0"]


@pytest.mark.parametrize("kind", ["value", "score"])
def test_a_number_that_is_predicted_falls_below_its_edge_or_at_it(kind: str) -> None:
    assert _codes(_document(**{kind: _VALUES}), [{kind: number} for number in _NUMBERS]) == _BINS


def test_a_label_has_a_bin_after_its_number() -> None:
    labels: list[Json] = [True, False, True, "maybe", False, True]
    predictions: list[Prediction] = [
        {"label": label, "probability": number, "probabilities": {}}
        for label, number in zip(labels, _NUMBERS, strict=True)
    ]
    content = _document(probability=_VALUES, classes={"false": 5, "true": 5})
    assert _codes(content, predictions) == ["01", "00", "01", "1z", "10", "01"]
    assert _codes(_document(classes={"false": 5, "true": 5}), [{"label": False}] * 6) == ["0"] * 6


def test_scores_are_watched_by_their_margin_and_distances_by_the_nearest() -> None:
    scores: list[Prediction] = [
        {"label": "a", "scores": {"b": 2.0 - number, "c": -7.0, "a": 2.0}} for number in (0.5, 0.6)
    ]
    content = _document(margin=_VALUES, classes={"a": 5, "b": 5})
    assert _codes(content, [scores[0]] * 5 + [scores[1]]) == ["00"] * 5 + ["10"]
    distances: list[Prediction] = [{"label": 1, "distances": {"0": 9.0, "1": number}} for number in _NUMBERS]
    content = _document(distance=_VALUES, classes={"0": 5, "1": 5})
    assert _codes(content, distances) == [f"{each}1" for each in _BINS]
    assert watched_number({"scores": {"a": -2.0}}) == ("margin", -2.0)
    assert watched_number({"label": "a"}) is None


def test_each_target_has_its_bins() -> None:
    content = _document(targets={"a": {"value": _VALUES}, "b": {"value": {"edges": [0.0], "counts": [5, 5]}}})
    names = [each.name for each in parse_profile(content, "here").variables[5:]]
    assert names == ["a: value", "b: value"]
    values: list[Prediction] = [{"values": {"a": number, "b": -number}} for number in _NUMBERS]
    assert _codes(content, values) == ["00", "00", "00", "10", "10", "01"]
    content = _document(
        targets={"a": {"probability": _VALUES, "classes": {"x": 1, "y": 9}}, "b": {"classes": {"z": 1}}}
    )
    predicted: list[Prediction] = [
        {"predictions": {"a": {"label": "y", "probability": number, "probabilities": {}}, "b": {"label": "z"}}}
        for number in _NUMBERS
    ]
    assert _codes(content, predicted) == [f"{each}10" for each in _BINS]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"rows": 3}', b'{"rows": 3, "features": {"a": {}}, "predictions": {}}']
)
def test_what_is_no_profile_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(BundleError, match=r"place/profile\.json: is not a reference profile"):
        parse_profile(content, "place/profile.json")


def test_a_profile_says_no_value_but_edges_and_categories() -> None:
    rows: list[Instance] = [{"text": f"secret {at}"} for at in range(30)]
    document = json.dumps(reference_profile(_FEATURES[-1:], rows, [{"value": 1.0}] * 30))
    assert "secret" not in document
