"""Which variables have drifted, and what is said of them."""

from __future__ import annotations

import pytest

from inference_lib.bundle.profile import MISSING, Profile, Variable
from inference_lib.monitor.drift.comparison import bin_label, compare, variable_title

_AGE = Variable("age", is_prediction=False, counts={"0": 500, "1": 300, "2": 200, MISSING: 0}, edges=(24.0, 65.0))
_KIND = Variable("kind", is_prediction=False, counts={"0": 900, "1": 100, MISSING: 0}, labels=("day", "night"))
_CLASS = Variable("class", is_prediction=True, counts={"0": 500, "1": 500}, labels=("rest", "go on"))
_PROFILE = Profile(1000, (_AGE, _KIND, _CLASS))
_SAME = [{"0": 500.0, "1": 300.0, "2": 200.0}, {"0": 900.0, "1": 100.0}, {"0": 500.0, "1": 500.0}]


def _names(observed: list[dict[str, float]], threshold: float = 0.05) -> list[str]:
    found = compare(_PROFILE, observed, threshold)
    return [each.variable.name for each in found if each.has_drifted]


def test_the_same_shares_are_no_drift_and_have_no_distance() -> None:
    found = compare(_PROFILE, _SAME)
    assert [each.psi for each in found] == pytest.approx([0, 0, 0], abs=1e-9)
    assert _names(_SAME) == []


def test_a_feature_that_moves_is_named_and_no_other() -> None:
    observed = [{"0": 200.0, "1": 300.0, "2": 500.0}, *_SAME[1:]]
    assert _names(observed) == ["age"]
    (age, *_) = compare(_PROFILE, observed)
    assert age.moved == "up to 24: 50.0% in the reference, 20.0% now"
    assert age.ratio == age.psi / age.critical_psi > 1
    assert age.distance > age.critical_distance


def test_values_that_begin_to_be_missing_are_drift_though_the_reference_has_none() -> None:
    observed = [{"0": 350.0, "1": 210.0, "2": 140.0, MISSING: 300.0}, *_SAME[1:]]
    assert _names(observed) == ["age"]
    assert compare(_PROFILE, observed)[0].moved.startswith("missing: 0.0% in the reference, 30.0%")


def test_a_category_that_the_reference_lacks_is_drift() -> None:
    observed = [_SAME[0], {"0": 600.0, "1": 100.0, "z": 300.0}, _SAME[2]]
    assert _names(observed) == ["kind"]
    assert compare(_PROFILE, observed)[1].moved == "others: 0.0% in the reference, 30.0% now"


def test_a_small_sample_needs_a_larger_change_than_a_large_one() -> None:
    shares = [{"0": 0.44, "1": 0.33, "2": 0.23}, {"0": 0.82, "1": 0.18}, {"0": 0.5, "1": 0.5}]
    few, many = (
        [{index: number * share for index, share in each.items()} for each in shares] for number in (100, 9000)
    )
    assert _names(few) == []
    assert _names(many) == ["kind"]


def test_the_threshold_keeps_certain_but_small_changes_quiet() -> None:
    observed = [{"0": 400_000.0, "1": 350_000.0, "2": 250_000.0}, *_SAME[1:]]
    assert _names(observed, threshold=0.001) == ["age"]
    assert _names(observed) == []


def test_a_feature_of_one_bin_has_not_drifted_whatever_the_threshold() -> None:
    one = Variable("one", is_prediction=False, counts={"0": 300}, edges=())
    (found,) = compare(Profile(300, (one,)), [{"0": 500}], 0.0)
    assert (found.ratio, found.has_drifted) == (0.0, False)


def test_bins_are_named_as_people_would() -> None:
    assert [bin_label(_AGE, index) for index in "012"] == ["up to 24", "24 to 65", "above 65"]
    assert [bin_label(_KIND, index) for index in ("0", "1", "z", MISSING)] == ["day", "night", "others", "missing"]
    large = Variable("large", is_prediction=False, counts={}, edges=(1_234_560, 1_234_580, 1_234_620))
    assert [bin_label(large, index) for index in "12"] == ["1234560 to 1234580", "1234580 to 1234620"]
    many = Variable("many", is_prediction=False, counts={}, labels=tuple(f"kind {at}" for at in range(70)))
    assert [bin_label(many, index) for index in ("y", "z")] == ["kind 60", "others"]
    assert bin_label(Variable("one", is_prediction=False, counts={"0": 3}, edges=()), "0") == "any value"
    assert [variable_title(each) for each in _PROFILE.variables] == ["age", "kind", "predicted class"]
