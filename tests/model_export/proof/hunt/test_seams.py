"""The seams of each kind of step: column, value, precision and, of a split, its node."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pytest
from lightgbm import LGBMRegressor
from sklearn.ensemble import BaggingRegressor, ExtraTreesRegressor, HistGradientBoostingRegressor
from sklearn.impute import KNNImputer, MissingIndicator, SimpleImputer
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LinearRegression
from sklearn.naive_bayes import BernoulliNB
from sklearn.preprocessing import KBinsDiscretizer, SplineTransformer
from sklearn.tree import DecisionTreeRegressor
from xgboost import XGBRegressor

from model_export.proof.hunt.seams import Seam, seams_of

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

GENERATOR = np.random.default_rng(6)
ROWS = GENERATOR.normal(size=(300, 3))
VALUE = ROWS[:, 0] - ROWS[:, 2]


@pytest.mark.parametrize(
    ("step", "single"),
    [
        (DecisionTreeRegressor(max_depth=3), True),
        (ExtraTreesRegressor(3, max_depth=3), True),
        (XGBRegressor(n_estimators=3), True),
        (LGBMRegressor(n_estimators=3, verbose=-1), False),
        (HistGradientBoostingRegressor(max_iter=3), False),
        (KBinsDiscretizer(3), False),
        (SplineTransformer(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_steps_that_compare_in_float32_say_so(step: BaseEstimator, single: bool) -> None:
    seams = list(seams_of(step.fit(ROWS, VALUE)))

    assert {seam.is_single for seam in seams} == {single}
    assert {seam.column for seam in seams} <= {0, 1, 2}


def test_each_split_of_a_tree_is_a_seam_with_its_node() -> None:
    step = DecisionTreeRegressor(max_depth=4).fit(ROWS, VALUE)
    tree = step.tree_
    seams = {seam.node: seam for seam in seams_of(step)}

    assert sorted(seams) == np.flatnonzero(tree.children_left != -1).tolist()
    for node, seam in seams.items():
        assert (seam.column, seam.value, seam.tree) == (tree.feature[node], tree.threshold[node], step)


def test_the_column_of_a_tree_in_a_bag_is_that_of_the_bag() -> None:
    step = BaggingRegressor(DecisionTreeRegressor(max_depth=2), 6, max_features=1, random_state=0).fit(ROWS, VALUE)
    found = {id(seam.tree): seam.column for seam in seams_of(step)}

    assert found == {
        id(part): features[0] for part, features in zip(step.estimators_, step.estimators_features_, strict=True)
    }
    assert set(found.values()) == {0, 2}


@pytest.mark.parametrize("step", [ExtraTreesRegressor(41, max_depth=1), BaggingRegressor(DecisionTreeRegressor(), 41)])
def test_the_first_forty_trees_of_an_ensemble_are_read(step: BaseEstimator) -> None:
    trees = {id(seam.tree) for seam in seams_of(step.fit(ROWS, VALUE))}

    assert trees == {id(part) for part in step.estimators_[:40]}


def test_the_first_forty_rounds_of_histogram_boosting_are_read() -> None:
    step = HistGradientBoostingRegressor(max_iter=41, max_depth=1, random_state=0).fit(ROWS, VALUE)

    assert len(list(seams_of(step))) == 40


def test_a_split_by_categories_is_no_seam_and_the_others_keep_their_columns() -> None:
    rows = np.column_stack([ROWS[:, 0], GENERATOR.integers(0, 5, len(ROWS))])
    step = HistGradientBoostingRegressor(max_iter=5, categorical_features=[1]).fit(rows, (rows[:, 1] % 2) + rows[:, 0])
    seams = list(seams_of(step))

    assert {seam.column for seam in seams} == {0}
    below, above = (
        np.column_stack([[np.nextafter(seam.value, to) for seam in seams], np.zeros(len(seams))])
        for to in (-np.inf, np.inf)
    )
    assert (step.predict(below) != step.predict(above)).any()


@pytest.mark.parametrize(("binarize", "seams"), [(0.5, [(0, 0.5), (1, 0.5), (2, 0.5)]), (None, [])])
def test_naive_bayes_has_a_seam_where_it_makes_bits(binarize: float | None, seams: list[tuple[int, float]]) -> None:
    step = BernoulliNB(binarize=binarize).fit(ROWS > 0, VALUE > 0)

    assert [(seam.column, seam.value) for seam in seams_of(step)] == seams


def test_each_knot_of_a_spline_and_each_edge_of_a_bin_is_a_seam_of_its_column() -> None:
    spline, bins = SplineTransformer(4).fit(ROWS), KBinsDiscretizer(3).fit(ROWS)

    assert [(seam.column, seam.value) for seam in seams_of(spline)] == [
        (column, knot) for column, each in enumerate(spline.bsplines_) for knot in sorted(set(each.t))
    ]
    assert list(seams_of(bins)) == [
        Seam(column, edge, is_single=False, tree=None, node=-1)
        for column, edges in enumerate(bins.bin_edges_)
        for edge in edges
    ]


@pytest.mark.parametrize(
    "step",
    [SimpleImputer(missing_values=-9), KNNImputer(missing_values=-9), MissingIndicator(missing_values=-9)],
    ids=lambda value: type(value).__name__,
)
def test_the_number_that_stands_for_a_missing_value_is_a_seam_of_each_column(step: BaseEstimator) -> None:
    assert [(seam.column, seam.value) for seam in seams_of(step.fit(ROWS))] == [(0, -9.0), (1, -9.0), (2, -9.0)]


def test_boosted_trees_have_a_seam_at_their_missing_value() -> None:
    rows = np.where(ROWS > 2, -9.0, ROWS)
    marked = {seam.column for seam in seams_of(XGBRegressor(missing=-9.0).fit(rows, VALUE)) if seam.value == -9.0}

    assert marked == {0, 1, 2}


def test_a_missing_value_that_is_no_number_is_no_seam() -> None:
    assert list(seams_of(SimpleImputer().fit(ROWS))) == []
    texts = SimpleImputer(missing_values="", strategy="most_frequent").fit(np.array([["a"], [""], ["a"]], dtype=object))
    assert list(seams_of(texts)) == []


def test_the_one_bin_of_a_constant_ends_nowhere() -> None:
    rows = np.column_stack([np.ones(50), np.arange(50.0)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the constant has one bin
        step = KBinsDiscretizer(2, encode="ordinal").fit(rows)

    assert {seam.column for seam in seams_of(step)} == {1}


def test_a_split_of_missing_values_from_all_others_is_no_seam() -> None:
    rows = np.array([[np.nan], [1.0], [2.0], [np.nan]])
    step = DecisionTreeRegressor().fit(rows, np.isnan(rows[:, 0]))

    assert np.isinf(step.tree_.threshold[0])
    assert list(seams_of(step)) == []


def test_each_knot_of_an_isotonic_line_is_a_seam() -> None:
    step = IsotonicRegression(out_of_bounds="clip").fit(ROWS[:, 0], VALUE)

    assert [(seam.column, seam.value) for seam in seams_of(step)] == [(0, knot) for knot in step.X_thresholds_]


def test_a_step_that_is_smooth_everywhere_has_none() -> None:
    assert list(seams_of(LinearRegression().fit(ROWS, VALUE))) == []
