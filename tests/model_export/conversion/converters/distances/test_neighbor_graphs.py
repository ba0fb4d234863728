"""Graphs of neighbours have a column for each row of the training data, as scikit-learn's sparse matrix has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsTransformer, RadiusNeighborsRegressor, RadiusNeighborsTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler
from xgboost import XGBRegressor

from model_export import UnsupportedModel, export
from tests.model_export.conversion.converters.behind import before_a_line, numbers, transformed

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator

ROWS = numbers(50, 3)


def _edges() -> pd.DataFrame:
    """Return rows held out, equal to one of the training data, of zeros, and without a neighbour."""
    special = pd.DataFrame([[0.0, 0.0, 0.0], [900.0, -900.0, 900.0]], columns=ROWS.columns)
    return pd.concat([numbers(40, 3, seed=8), ROWS.head(4), special], ignore_index=True)


@pytest.mark.parametrize("mode", ["distance", "connectivity"])
@pytest.mark.parametrize("kind", [KNeighborsTransformer, RadiusNeighborsTransformer])
@pytest.mark.parametrize(
    "parameters",
    [{}, {"p": 1}, {"p": 3}, {"metric": "cosine"}, {"metric": "chebyshev"}, {"metric": "sqeuclidean"}],
    ids=lambda parameters: "".join(f"{name}={value}" for name, value in parameters.items()) or "defaults",
)
def test_neighbours_of_held_out_rows_and_edges_are_those_of_the_original(
    kind: type[BaseEstimator], mode: str, parameters: dict[str, object]
) -> None:
    step = kind(mode=mode, **parameters)
    if kind is RadiusNeighborsTransformer:
        step.set_params(radius=0.4 if parameters.get("metric") == "cosine" else 2.5)
    expected, made = transformed(step.fit(ROWS), _edges())
    np.testing.assert_allclose(made, expected, rtol=1e-9, atol=1e-7)
    assert kind is KNeighborsTransformer or parameters.get("metric") == "cosine" or not made[-1].any()


@pytest.mark.parametrize(("aside", "up", "radius", "within"), [(3.0, 4.0, 5.0, True), (0.8, 1.5, 1.7, False)])
def test_a_row_on_the_border_is_within_and_one_beyond_it_by_the_last_bit_is_not(
    aside: float, up: float, radius: float, within: bool
) -> None:
    # The root of 0.8² + 1.5² is 1.7 in doubles, and the sum is more than 1.7².
    rows, asked = pd.DataFrame([[0.0, 0.0], [50.0, 50.0]]), pd.DataFrame([[aside, up]])
    step = RadiusNeighborsTransformer(radius=radius, algorithm="kd_tree", mode="connectivity").fit(rows)
    expected, made = transformed(step, asked)
    assert made.tolist() == expected.tolist() == [[float(within), 0.0]]


def test_a_regressor_of_the_same_radius_draws_the_same_border(tmp_path: Path) -> None:
    rows = pd.DataFrame([[0.0, 0.0], [0.8, 1.0], *np.arange(20.0, 60.0).reshape(20, 2)], columns=["aside", "up"])
    model = RadiusNeighborsRegressor(1.7, algorithm="kd_tree").fit(rows, [4.0, 10.0, *range(20)])
    asked = pd.concat([rows, pd.DataFrame([[0.8, 1.5]], columns=rows.columns)])
    assert model.predict(asked)[-1] == 10.0
    assert export(model, asked, name="border", out=tmp_path).parity.failures == 0


@pytest.mark.parametrize(
    "step",
    [RadiusNeighborsTransformer(radius=2.0), KNeighborsTransformer(n_neighbors=3, mode="connectivity")],
    ids=repr,
)
def test_a_pipeline_of_it_is_exported_with_its_proof(step: BaseEstimator, tmp_path: Path) -> None:
    assert export(before_a_line(step, ROWS), ROWS, name="graph", out=tmp_path).parity.failures == 0


@pytest.mark.parametrize("reader", [XGBRegressor(n_estimators=3), QuantileTransformer(n_quantiles=5)], ids=type)
def test_distances_before_a_step_to_which_absent_zeros_are_something_else_are_refused(
    reader: BaseEstimator, tmp_path: Path
) -> None:
    target = ROWS["x0"].to_numpy()
    model = make_pipeline(RadiusNeighborsTransformer(radius=2.0), reader).fit(ROWS, target)
    if not hasattr(reader, "predict"):
        model = before_a_line(make_pipeline(*(step for _, step in model.steps)), ROWS)
    name = type(reader).__name__
    with pytest.raises(
        UnsupportedModel, match=f"RadiusNeighborsTransformer: {name} takes a distance of zero.*Fit with"
    ):
        export(model, ROWS, name="refused", out=tmp_path)


def test_connectivity_before_a_booster_is_exported_its_zeros_missing(tmp_path: Path) -> None:
    model = make_pipeline(RadiusNeighborsTransformer(radius=2.0, mode="connectivity"), XGBRegressor(n_estimators=3))
    model.fit(ROWS, ROWS["x0"])
    assert export(model, ROWS, name="boosted", out=tmp_path).parity.failures == 0


def test_a_metric_of_ones_own_and_no_radius_are_refused(tmp_path: Path) -> None:
    own = RadiusNeighborsTransformer(radius=2.0, metric=_furthest)
    with pytest.raises(UnsupportedModel, match="RadiusNeighborsTransformer: it measures or weighs by a function of"):
        export(before_a_line(own, ROWS), ROWS, name="refused", out=tmp_path)
    none = RadiusNeighborsTransformer(radius=None, algorithm="kd_tree")
    with pytest.raises(UnsupportedModel, match=r"RadiusNeighborsTransformer: it has no radius.*Fit with radius=\."):
        export(before_a_line(none, ROWS), ROWS, name="refused", out=tmp_path)


def _furthest(
    one: np.ndarray[tuple[int], np.dtype[np.float64]], other: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> float:
    return float(np.abs(one - other).max())


@pytest.mark.parametrize("radius", [0.8, 1.0])
def test_neighbours_within_a_radius_of_whole_numbers_are_exported(radius: float, tmp_path: Path) -> None:
    generator = np.random.default_rng(4)
    rows = pd.DataFrame(generator.integers(0, 10, (300, 2)) * 1.0, columns=["a", "b"])
    model = make_pipeline(StandardScaler(), RadiusNeighborsRegressor(radius=radius))
    exported = export(model.fit(rows, generator.integers(0, 2, 300)), rows, name="whole", out=tmp_path)
    assert exported.parity.failures == 0
