"""The hunt finds what held-out rows do not show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    BaggingClassifier,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import RFE
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multioutput import ClassifierChain, RegressorChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from xgboost import XGBRegressor

from model_export.progress import Silent
from model_export.proof.edges import DRAWN, HELD_OUT
from model_export.proof.hunt.crossings import crossings
from model_export.proof.hunt.jumps import JUMP
from model_export.proof.hunt.places import matrix, places
from model_export.proof.hunt.rows import SEAM, SEAMS, chosen_seams
from model_export.proof.hunt.seams import seams_of
from model_export.proof.rows import rows_to_prove
from model_export.source.intake import Given, take_in

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from model_export.source.intake import Intake

GENERATOR = np.random.default_rng(5)
ROWS = pd.DataFrame(GENERATOR.normal(size=(400, 3)).round(2), columns=["a", "b", "c"])
VALUE = ROWS["a"] * 3 - ROWS["b"]
LABEL = ((ROWS["a"] > 0.3) ^ (ROWS["b"] > 0.1)).astype(int)
TREE = DecisionTreeClassifier(max_depth=5, random_state=0)

WITH_SEAMS = {
    "a tree": (TREE, LABEL),
    "a forest behind a scaler": (make_pipeline(StandardScaler(), RandomForestRegressor(5, random_state=0)), VALUE),
    "a tree behind principal components": (make_pipeline(PCA(2), DecisionTreeRegressor(max_depth=4)), VALUE),
    "a tree in a stack": (StackingClassifier([("t", TREE), ("l", LogisticRegression())]), LABEL),
    "a tree in a vote": (VotingClassifier([("t", TREE), ("l", LogisticRegression())], voting="soft"), LABEL),
    "trees in bags": (BaggingClassifier(TREE, 3, max_features=2, random_state=0), LABEL),
    "trees in a chain": (
        ClassifierChain(TREE, chain_method="predict_proba"),
        np.column_stack([LABEL, ROWS["c"] > 0.2, ROWS["a"] > ROWS["c"]]).astype(int),
    ),
    "forests in a chain": (
        RegressorChain(RandomForestRegressor(4, max_depth=4, random_state=0)),
        np.column_stack([VALUE, VALUE**2]),
    ),
    "a tree that reads selected features": (RFE(TREE, n_features_to_select=2), LABEL),
    "histogram boosting": (HistGradientBoostingRegressor(max_iter=5), VALUE),
    "XGBoost": (XGBRegressor(n_estimators=5), VALUE),
    "bins": (make_pipeline(KBinsDiscretizer(4, encode="ordinal"), LinearRegression()), VALUE),
    "a clip": (make_pipeline(MinMaxScaler(clip=True), LinearRegression()), VALUE),
    "a power": (make_pipeline(PowerTransformer(), LinearRegression()), VALUE),
}


def _taken(model: BaseEstimator, target: object) -> Intake:
    return take_in(model.fit(ROWS, target), Given(ROWS), Silent())


@pytest.mark.parametrize("name", WITH_SEAMS)
@pytest.mark.filterwarnings("ignore")
def test_a_crossing_lies_between_two_neighbouring_doubles_of_a_request(name: str) -> None:
    intake = _taken(*WITH_SEAMS[name])
    chosen = chosen_seams(intake.subject.model, seed=1)
    found = crossings(intake.original, chosen, intake.subject.features, intake.held_out[:200])
    assert len(found) >= 0.5 * len(chosen) > 0
    for crossing in found[:20]:
        assert np.nextafter(crossing.below, np.inf) == crossing.above or crossing.below == crossing.above


def test_the_step_s_input_is_on_both_sides_of_the_threshold() -> None:
    intake = _taken(*WITH_SEAMS["a forest behind a scaler"])
    (place,) = [each for each in places(intake.subject.model) if isinstance(each.step, RandomForestRegressor)]
    seam = next(iter(seams_of(place.step)))
    (crossing,) = crossings(intake.original, [(place, seam)], intake.subject.features, intake.held_out[:100])
    rows = [crossing.row | {crossing.feature: value} for value in (crossing.below, crossing.above)]
    values = matrix(place.route(intake.original.rows(rows)))
    assert values is not None
    low, high = sorted(values[:, seam.column].astype(np.float32).tolist())
    assert low <= seam.value < high


def test_a_column_that_falls_with_its_feature_is_crossed_too() -> None:
    turned = make_pipeline(FunctionTransformer(np.negative), DecisionTreeRegressor(max_depth=3, random_state=0))
    intake = _taken(turned, VALUE)
    chosen = chosen_seams(intake.subject.model, seed=1)
    found = crossings(intake.original, chosen, intake.subject.features, intake.held_out[:100])
    assert len(found) == len(chosen) > 3
    thresholds = turned[-1].tree_.threshold
    for crossing in found:
        assert np.nextafter(crossing.below, np.inf) == crossing.above
        assert np.min(np.abs(thresholds + crossing.above)) < 1e-6 * abs(crossing.above)


def test_what_a_transformer_makes_is_no_plain_input() -> None:
    scaled = make_pipeline(StandardScaler(), DecisionTreeRegressor(max_depth=2)).fit(ROWS, VALUE)
    assert [place.is_plain for place in places(scaled)] == [True, False]


def test_only_the_first_link_of_a_chain_reads_the_plain_input() -> None:
    chain = RegressorChain(DecisionTreeRegressor(max_depth=2)).fit(ROWS, np.column_stack([VALUE, VALUE**2, -VALUE]))
    links = [place for place in places(chain) if isinstance(place.step, DecisionTreeRegressor)]
    assert [place.is_plain for place in links] == [True, False, False]


def test_the_seams_of_quantiles_are_the_two_at_each_end() -> None:
    step = QuantileTransformer(n_quantiles=10).fit(ROWS)
    of_first = [seam.value for seam in seams_of(step) if seam.column == 0]
    assert of_first == step.quantiles_[[0, 1, 8, 9], 0].tolist()


@pytest.mark.parametrize(
    ("step", "seams"),
    [
        (PowerTransformer(), [0.0]),
        (Binarizer(threshold=0.25), [0.25]),
        (MaxAbsScaler(clip=True), [-4.0, 4.0]),
        (MinMaxScaler(clip=True), [-4.0, 3.0]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_column_of_a_step_has_its_seams(step: BaseEstimator, seams: list[float]) -> None:
    rows = np.array([[-4.0, -4.0], [3.0, 3.0], [1.0, 1.0]])
    found = [(seam.column, seam.value) for seam in seams_of(step.fit(rows))]
    assert found == [(column, value) for column in (0, 1) for value in seams]


def test_seams_are_taken_in_turn_over_the_steps_within_the_budget() -> None:
    model = VotingClassifier(
        [("deep", DecisionTreeClassifier(random_state=0)), ("flat", DecisionTreeClassifier(max_depth=1))]
    )
    rows = pd.DataFrame(np.random.default_rng(0).normal(size=(3000, 2)), columns=["a", "b"])
    noise = np.random.default_rng(1).integers(0, 2, 3000)
    chosen = chosen_seams(model.fit(rows, noise), seed=1)
    assert len(chosen) == SEAMS
    steps = {id(place.step) for place, _ in chosen}
    assert len(steps) == 2, "the flat tree's only split is among them"


def test_the_same_rows_are_hunted_each_time_and_other_ones_with_another_seed() -> None:
    first, again, other = ([row.instance for row in rows_to_prove(_taken(TREE, LABEL), seed)] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_every_kind_of_row_is_there_and_each_request_once() -> None:
    rows = rows_to_prove(_taken(TREE, LABEL))
    groups = {row.group for row in rows}
    assert {HELD_OUT, SEAM, JUMP, DRAWN, "zeros", "beyond"} <= groups
    hunted = [repr(sorted(row.instance.items())) for row in rows if row.group != HELD_OUT]
    assert len(hunted) == len(set(hunted))


def test_jumps_end_beside_a_threshold_of_the_tree() -> None:
    intake = _taken(TREE, LABEL)
    thresholds = TREE.tree_.threshold[TREE.tree_.children_left >= 0]
    rows = [row.instance for row in rows_to_prove(intake) if row.group == JUMP]
    distances = [min(abs(np.array(list(row.values()), float)[:, None] - thresholds).ravel()) for row in rows]
    assert np.median(distances) < 1e-6
