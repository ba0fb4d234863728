"""Instances drawn from a profile."""

from __future__ import annotations

import json
import math
import random
import statistics
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_lib.contract.columns import Quality
from inference_lib.contract.document import Feature
from inference_lib.contract.reading import load_contract
from inference_lib.contract.validation import Validator
from local_stack.errors import LocalStackError
from local_stack.traffic.instances import Sampler, drift_of, resolution

if TYPE_CHECKING:
    from pathlib import Path

_ROWS = 2_000


def _sampler(bundle: Path, *drifts: str, missing: float = -1) -> Sampler:
    contract = load_contract(str(bundle))
    generator = random.Random(1)  # noqa: S311 - no secret
    return Sampler(contract, bundle, generator, [drift_of(each, contract) for each in drifts], missing)


def test_every_instance_fulfils_the_contract(bundle_path: Path) -> None:
    sampler = _sampler(bundle_path)
    instances = [sampler.instance() for _ in range(_ROWS)]
    quality = Quality()
    Validator(load_contract(str(bundle_path)), _ROWS).validate([*instances], quality)
    assert set(quality.counts()) <= {"missing"}


def test_values_are_distributed_as_in_the_profile(bundle_path: Path) -> None:
    sampler = _sampler(bundle_path)
    instances = [sampler.instance() for _ in range(_ROWS)]
    profile = json.loads((bundle_path / "profile.json").read_text())
    categories = profile["features"]["chronotype"]["categories"]
    late = sum(each["chronotype"] == "late" for each in instances) / _ROWS
    assert late == pytest.approx(categories["late"] / sum(categories.values()), abs=0.05)
    missing = sum(each["age"] is None for each in instances) / _ROWS
    assert missing == pytest.approx(profile["features"]["age"]["missing_share"], abs=0.03)
    middle = statistics.median(each["age"] for each in instances if each["age"] is not None)
    edges = profile["features"]["age"]["edges"]
    assert middle == pytest.approx(edges[len(edges) // 2], abs=4)


@given(
    step=st.sampled_from([0.1, 0.5, 1, 5, 0.00001]),
    multiples=st.lists(st.integers(-40, 400), min_size=1, max_size=9, unique=True),
    counts=st.lists(st.integers(1, 9), min_size=10, max_size=10),
)
def test_numbers_are_drawn_from_their_bins_at_the_steps_of_the_data(
    bundle_path: Path, step: float, multiples: list[int], counts: list[int]
) -> None:
    edges = [round(each * step, 6) for each in sorted(multiples)]
    sampler = _sampler(bundle_path)
    low, high = -50 * step, 410 * step
    feature = Feature(name="age", type="number", nullable=False, observed_minimum=low, observed_maximum=high)
    seen: Counter[int] = Counter()
    for _ in range(400):
        value = sampler.number(feature, {"edges": edges, "counts": counts[: len(edges) + 1]})
        assert low - 1e-6 <= value <= high + 1e-6
        assert not resolution(edges) or value / step == pytest.approx(round(value / step), abs=1e-4)
        seen[bisect_left(edges, round(value, 6))] += 1
    assert set(seen) == set(range(len(edges) + 1))


def test_the_step_of_the_data_is_found() -> None:
    assert resolution([5.8, 6.3, 6.6]) == pytest.approx(0.1)
    assert resolution([15.0, 25.0, 30.0]) == 5
    assert resolution([0.0]) == 0
    assert resolution([0.04878, 0.05907]) == pytest.approx(0.00001 * math.gcd(4878, 5907))


def test_a_drift_moves_one_feature_and_no_other(bundle_path: Path) -> None:
    plain, moved = _sampler(bundle_path), _sampler(bundle_path, "age=+5", "cups of coffee=*2")
    for _ in range(200):
        before, after = plain.instance(), moved.instance()
        assert after["chronotype"] == before["chronotype"]
        assert after["cups of coffee"] == 2 * before["cups of coffee"]
        if before["age"] is not None:
            assert after["age"] == pytest.approx(before["age"] + 5)


def test_a_category_takes_the_place_of_all(bundle_path: Path) -> None:
    sampler = _sampler(bundle_path, "chronotype=unheard of")
    assert {sampler.instance()["chronotype"] for _ in range(50)} == {"unheard of"}


def test_the_share_of_missing_values_can_be_given(bundle_path: Path) -> None:
    sampler = _sampler(bundle_path, missing=1.0)
    instance = sampler.instance()
    assert instance["age"] is None
    assert instance["cups of coffee"] is not None, "it is not nullable"


@pytest.mark.parametrize(
    ("drift", "message"),
    [
        ("shoe size=+1", "the features are age, cups of coffee, chronotype"),
        ("age", "expected NAME=+5"),
        ("age=old", "age is a number; expected age=+5 or age=*1.2"),
        ("age=+nan", "age is a number; expected age=+5 or age=*1.2"),
        ("age=*1e400", "age is a number; expected age=+5 or age=*1.2"),
    ],
)
def test_a_drift_that_cannot_be_is_refused(bundle_path: Path, drift: str, message: str) -> None:
    with pytest.raises(LocalStackError) as raised:
        _sampler(bundle_path, drift)
    assert message in str(raised.value)


def test_whole_rows_are_drawn_where_they_are_given(bundle_path: Path) -> None:
    contract = load_contract(str(bundle_path))
    rows: list[dict[str, Any]] = [
        {"age": 30.0, "cups of coffee": 1, "chronotype": "early"},
        {"age": None, "cups of coffee": 7, "chronotype": "late"},
    ]
    drifts = [drift_of("age=+5", contract), drift_of("cups of coffee=+1", contract)]
    sampler = Sampler(contract, bundle_path, random.Random(1), drifts, rows=rows)  # noqa: S311 - no secret
    drawn = {tuple(sampler.instance().items()) for _ in range(50)}
    assert drawn == {
        (("age", 35.0), ("cups of coffee", 2), ("chronotype", "early")),
        (("age", None), ("cups of coffee", 8), ("chronotype", "late")),
    }
