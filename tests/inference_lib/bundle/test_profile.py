"""Bin indexes: the function puts every value into the bin in which the export counted it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.bundle.profile import CLASS, INDEXES, MISSING, PROBABILITY, VALUE, BinCoder, parse_profile
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
    some = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=5))
    assert BinCoder(profile).codes(columns, some, [predictions[at] for at in some]) == [codes[at] for at in some]
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
