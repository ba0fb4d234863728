"""Which variables have drifted, and what is said of them."""

from __future__ import annotations

import math

import pytest

from inference_lib.bundle.profile import MISSING, Profile, Variable
from inference_lib.monitor.drift import statistics
from inference_lib.monitor.drift.comparison import VariableDrift, bin_label, compare, variable_title

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


def test_a_variable_has_drifted_above_its_critical_value_and_not_at_it() -> None:
    def drift(psi: float) -> VariableDrift:
        return VariableDrift(_AGE, psi, 0.25, 0.1, 0.2, "")

    assert [drift(psi).has_drifted for psi in (0.2499, 0.25, 0.2501)] == [False, False, True]
    assert drift(0.5).ratio == 2
    assert drift(0.12345678).measures() == {
        "psi": 0.123457,
        "js_distance": 0.1,
        "critical_psi": 0.25,
        "critical_js_distance": 0.2,
    }


def test_the_critical_value_is_the_larger_of_chance_and_threshold() -> None:
    (age, *_) = compare(_PROFILE, _SAME, 0.0)
    # Three bins, two of whose shares are free, for three variables at once: that of an exponential distribution.
    assert age.critical_psi == pytest.approx((1 / 1000 + 1 / 1000) * -2 * math.log(0.001 / 3))
    assert [each.critical_psi for each in compare(_PROFILE, _SAME, 0.5)] == [0.5] * 3
    assert age.critical_distance == pytest.approx(math.sqrt(age.critical_psi / (8 * math.log(2))))


def test_the_index_and_the_distance_are_those_of_the_counts() -> None:
    observed = [{"0": 200.0, "1": 300.0, "2": 500.0}, *_SAME[1:]]
    before, after = [500, 300, 200], [200, 300, 500]
    (age, *_) = compare(_PROFILE, observed)
    assert age.psi == statistics.population_stability_index(before, after)
    assert age.distance == statistics.jensen_shannon_distance(before, after)


def test_a_bin_that_one_side_does_not_count_is_empty_there() -> None:
    (found,) = compare(Profile(1000, (_AGE,)), [{"0": 100.0, "z": 7.0}])
    before, after = [500, 300, 200, 0], [100, 0, 0, 7]
    assert found.psi == statistics.population_stability_index(before, after)
    assert found.distance == statistics.jensen_shannon_distance(before, after)
    assert found.moved == "24 to 65: 30.0% in the reference, 0.0% now"


def test_bins_that_nothing_falls_into_do_not_make_chance_larger() -> None:
    with_empty = Variable("age", is_prediction=False, counts={**_AGE.counts, "3": 0, "4": 0}, edges=(24.0, 65.0))
    expected, found = (compare(Profile(1000, (each,)), [{**_SAME[0], "5": 0.0}], 0.0)[0] for each in (_AGE, with_empty))
    assert (found.critical_psi, found.psi) == (expected.critical_psi, expected.psi)


@pytest.mark.parametrize(
    ("observed", "moved"),
    [
        ({"0": 60.0, "1": 25.0, "2": 15.0}, "up to 24: 50.0% in the reference, 60.0% now"),
        ({"0": 55.0, "1": 20.0, "2": 25.0}, "24 to 65: 30.0% in the reference, 20.0% now"),
        ({"0": 55.0, "1": 33.0, "2": 12.0}, "above 65: 20.0% in the reference, 12.0% now"),
    ],
)
def test_the_bin_that_moved_most_for_its_size_is_named(observed: dict[str, float], moved: str) -> None:
    assert compare(Profile(1000, (_AGE,)), [observed])[0].moved == moved


def test_a_reference_without_rows_is_compared() -> None:
    empty = Variable("age", is_prediction=False, counts={"0": 0, "1": 0}, edges=(24.0,))
    (found,) = compare(Profile(0, (empty,)), [{"0": 30.0, "1": 70.0}])
    assert found.moved == "above 24: 0.0% in the reference, 70.0% now"
    assert not found.has_drifted


def test_edges_have_as_many_digits_as_it_takes() -> None:
    close = Variable("close", is_prediction=False, counts={}, edges=(0.1234567, 0.1234568, 2.0))
    assert [bin_label(close, index) for index in "0123"] == [
        "up to 0.1234567",
        "0.1234567 to 0.1234568",
        "0.1234568 to 2",
        "above 2",
    ]
    rough = Variable("rough", is_prediction=False, counts={}, edges=(0.12345678, 2.0))
    assert bin_label(rough, "0") == "up to 0.123457"
    closest = Variable("closest", is_prediction=False, counts={}, edges=(1.0, math.nextafter(1.0, 2)))
    assert bin_label(closest, "1") == "1 to 1.0000000000000002"


def test_parts_of_the_prediction_are_named_for_what_they_are() -> None:
    titles = {"class": "predicted class", "value": "predicted value", "probability": "probability of the prediction"}
    for name, title in titles.items():
        assert variable_title(Variable(name, is_prediction=True, counts={})) == title
        assert variable_title(Variable(name, is_prediction=False, counts={})) == name


def test_bins_are_named_as_people_would() -> None:
    assert [bin_label(_AGE, index) for index in "012"] == ["up to 24", "24 to 65", "above 65"]
    assert [bin_label(_KIND, index) for index in ("0", "1", "z", MISSING)] == ["day", "night", "others", "missing"]
    large = Variable("large", is_prediction=False, counts={}, edges=(1_234_560, 1_234_580, 1_234_620))
    assert [bin_label(large, index) for index in "12"] == ["1234560 to 1234580", "1234580 to 1234620"]
    many = Variable("many", is_prediction=False, counts={}, labels=tuple(f"kind {at}" for at in range(70)))
    assert [bin_label(many, index) for index in ("y", "z")] == ["kind 60", "others"]
    assert [bin_label(_KIND, index) for index in ("2", "?")] == ["others", "others"]
    assert bin_label(_AGE, "3") == "above 65"
    assert bin_label(Variable("one", is_prediction=False, counts={"0": 3}, edges=()), "0") == "any value"
    assert [variable_title(each) for each in _PROFILE.variables] == ["age", "kind", "predicted class"]
