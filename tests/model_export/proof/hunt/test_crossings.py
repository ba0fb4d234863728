"""Where requests cross the seams of steps that compare doubles, and what cannot be crossed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, StandardScaler
from sklearn.tree import DecisionTreeRegressor
from xgboost import XGBRegressor

from inference_lib.contract.document import Feature
from model_export.progress import Silent
from model_export.proof.hunt.crossings import _ends, crossings
from model_export.proof.hunt.places import matrix, places
from model_export.proof.hunt.seams import Seam, seams_of
from model_export.source.intake import Given, take_in

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from model_export.proof.hunt.crossings import Crossing
    from model_export.proof.hunt.places import Place
    from model_export.source.intake import Intake

ROWS = pd.DataFrame(np.random.default_rng(8).normal(10, 3, (300, 2)).round(2), columns=["a", "b"])
BINS = make_pipeline(StandardScaler(), KBinsDiscretizer(4, encode="ordinal"), LinearRegression())


def _found(
    model: BaseEstimator, kind: type, *, features: tuple[Feature, ...] | None = None
) -> tuple[Intake, list[tuple[Place, Seam]], list[Crossing]]:
    intake = take_in(model.fit(ROWS, ROWS["a"] * 2), Given(ROWS), Silent())
    chosen = [
        (place, seam)
        for place in places(intake.subject.model)
        if isinstance(place.step, kind)
        for seam in seams_of(place.step)
    ]
    return intake, chosen, crossings(intake.original, chosen, features or intake.subject.features, intake.held_out)


def test_a_step_that_compares_doubles_is_crossed_between_two_of_them() -> None:
    intake, chosen, found = _found(BINS, KBinsDiscretizer)

    assert len(found) == len(chosen) == 10
    for (place, seam), crossing in zip(chosen, found, strict=True):
        rows = [crossing.row | {crossing.feature: value} for value in (crossing.below, crossing.above)]
        values = matrix(place.route(intake.original.rows(rows)))
        assert values is not None
        assert values[0, seam.column] <= seam.value < values[1, seam.column]
        assert np.nextafter(crossing.below, np.inf) == crossing.above
        assert (crossing.step, crossing.feature) == ("KBinsDiscretizer", "ab"[seam.column])


MIXED = ROWS.assign(city=pd.Categorical(np.where(ROWS["a"] > 9, "Lyon", "Pau")))


@pytest.mark.parametrize(
    "model",
    [
        HistGradientBoostingRegressor(max_iter=4),
        LGBMRegressor(n_estimators=4, verbose=-1),
        XGBRegressor(n_estimators=4, enable_categorical=True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_thresholds_of_numbers_next_to_categories_are_crossed(model: BaseEstimator) -> None:
    intake = take_in(model.fit(MIXED, ROWS["a"] * ROWS["b"]), Given(MIXED), Silent())
    chosen = [(place, seam) for place in places(intake.subject.model) for seam in seams_of(place.step)]
    found = crossings(intake.original, chosen, intake.subject.features, intake.held_out)

    assert len(found) == len(chosen) > 10
    assert {crossing.feature for crossing in found} == {"a", "b"}


def test_a_feature_that_is_missing_in_the_first_row_is_crossed_by_itself() -> None:
    rows = ROWS.assign(b=ROWS["b"].where(ROWS.index > 3))
    intake = take_in(HistGradientBoostingRegressor(max_iter=4).fit(rows, ROWS["b"]), Given(rows), Silent())
    chosen = [(place, seam) for place in places(intake.subject.model) for seam in seams_of(place.step)]
    found = crossings(intake.original, chosen, intake.subject.features, intake.held_out)

    assert intake.held_out[0]["b"] is None
    assert [crossing.feature for crossing in found] == ["ab"[seam.column] for _, seam in chosen]


def test_a_number_that_stands_for_a_missing_value_is_tried_however_far_it_is() -> None:
    _, chosen, found = _found(make_pipeline(SimpleImputer(missing_values=-999), LinearRegression()), SimpleImputer)

    assert len(chosen) == 2
    assert {(crossing.feature, crossing.below, crossing.above) for crossing in found} == {
        (name, -999.0, float(np.nextafter(-999.0, 0.0))) for name in ("a", "b")
    }


def test_a_seam_that_no_allowed_value_reaches_is_not_crossed() -> None:
    narrow = tuple(
        Feature(name=name, type="number", nullable=False, minimum=9.0, maximum=9.5, observed_minimum=9.0,
                observed_maximum=9.5)
        for name in ("a", "b")
    )  # fmt: skip
    _, chosen, found = _found(BINS, KBinsDiscretizer, features=narrow)

    values = [9.0, 9.5]
    scaler = BINS[0]
    reached = [
        seam for _, seam in chosen
        if values[0] <= seam.value * scaler.scale_[seam.column] + scaler.mean_[seam.column] < values[1]
    ]  # fmt: skip
    assert len(found) == len(reached) < len(chosen)
    assert all(9.0 <= crossing.below < crossing.above <= 9.5 for crossing in found)


def test_a_value_beyond_float32_is_above_each_threshold() -> None:
    intake = take_in(DecisionTreeRegressor(max_depth=1).fit(ROWS, ROWS["a"]), Given(ROWS), Silent())
    (place,) = places(intake.subject.model)
    (seam,) = seams_of(place.step)
    far = Feature(name="a", type="number", nullable=False, observed_minimum=-1e300, observed_maximum=1e300)
    (crossing,) = crossings(intake.original, [(place, seam)], [far], intake.held_out)

    assert np.float32(crossing.below) <= seam.value < np.float32(crossing.above)


@pytest.mark.parametrize("exclusive", [False, True])
def test_the_lowest_value_counts_where_the_contract_takes_it(exclusive: bool) -> None:
    feature = Feature(
        name="a", type="number", nullable=False, minimum=0.0, exclusive_minimum=exclusive, maximum=1.0,
        observed_minimum=0.0, observed_maximum=1.0,
    )  # fmt: skip
    intake = take_in(DecisionTreeRegressor().fit(ROWS, ROWS["a"]), Given(ROWS), Silent())
    (place,) = places(intake.subject.model)
    found = crossings(intake.original, [(place, Seam(0, 0.0))], [feature], intake.held_out)

    assert [crossing.below for crossing in found] == ([] if exclusive else [0.0])


def _refuses_far_values(rows: pd.DataFrame) -> pd.DataFrame:
    if (np.asarray(rows) > 20).any():
        raise ValueError("above 20")
    return rows


def test_a_step_behind_one_that_refuses_the_ends_of_a_range_is_left_out() -> None:
    model = make_pipeline(FunctionTransformer(_refuses_far_values), KBinsDiscretizer(3), LinearRegression())
    wide = tuple(
        Feature(name=name, type="number", nullable=False, observed_minimum=1.0, observed_maximum=19.0)
        for name in ("a", "b")
    )
    _, chosen, found = _found(model, KBinsDiscretizer, features=wide)

    assert len(chosen) > 0
    assert found == []


@pytest.mark.parametrize(
    ("observed", "bounds", "ends"),
    [
        ((2.0, 4.0), {}, (0.0, 6.0)),
        ((-4.0, -2.0), {}, (-6.0, 0.0)),
        ((500.0, 500.0), {}, (499.5, 500.5)),
        ((0.0, 0.0), {}, (-1e-9, 1e-9)),
        ((None, None), {}, (-1e-9, 1e-9)),
        ((2.0, 4.0), {"minimum": 1.0, "maximum": 5.0}, (1.0, 5.0)),
        ((2.0, 4.0), {"minimum": -9.0, "maximum": 9.0}, (0.0, 6.0)),
        ((2.0, 4.0), {"minimum": 1.0, "exclusive_minimum": True}, (float(np.nextafter(1.0, 2.0)), 6.0)),
    ],
)
def test_a_feature_is_searched_as_far_beyond_its_data_as_they_are_wide(
    observed: tuple[float | None, float | None], bounds: dict[str, float], ends: tuple[float, float]
) -> None:
    low, high = observed
    feature = Feature(
        name="x", type="number", nullable=False, observed_minimum=low, observed_maximum=high,
        **bounds,  # type: ignore[arg-type] # of the contract
    )  # fmt: skip

    assert _ends(feature) == ends


def test_a_seam_that_is_known_lies_inside_unless_the_contract_ends_before() -> None:
    free = Feature(name="x", type="number", nullable=False, observed_minimum=2.0, observed_maximum=4.0)
    narrow = Feature(
        name="x", type="number", nullable=False, observed_minimum=2.0, observed_maximum=4.0, minimum=1.0, maximum=5.0
    )

    assert _ends(free, -999.0, 999.0) == (math.nextafter(-999, -math.inf), math.nextafter(999, math.inf))
    assert _ends(free, 3.0) == (0.0, 6.0)
    largest = float(np.finfo(np.float64).max)
    assert _ends(free, largest, -largest) == (-largest, largest)
    assert _ends(narrow, -999.0, 999.0) == (1.0, 5.0)
