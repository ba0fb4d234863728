"""An embedding places new rows by barycentres of their neighbours, as scikit-learn does for each of its methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.manifold import LocallyLinearEmbedding
from sklearn.pipeline import make_pipeline

from model_export import UnsupportedModel, export
from model_export.conversion.converters.decomposition.locally_linear import MOST_NEIGHBORS
from tests.model_export.conversion.converters.behind import before_a_line, numbers, transformed

if TYPE_CHECKING:
    from pathlib import Path

WIDTH = 5
ROWS = numbers(110, WIDTH)


def _embedding(**parameters: object) -> LocallyLinearEmbedding:
    return LocallyLinearEmbedding(eigen_solver="dense", random_state=0, **parameters)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"n_neighbors": 1},
        {"n_neighbors": 12, "reg": 0.05, "n_components": 3},
        {"n_neighbors": 9, "method": "modified"},
        {"n_neighbors": 9, "method": "hessian"},
        {"n_neighbors": 9, "method": "ltsa", "neighbors_algorithm": "brute"},
        {"n_neighbors": MOST_NEIGHBORS},
    ],
    ids=lambda parameters: " ".join(f"{name}={value}" for name, value in parameters.items()) or "defaults",
)
def test_held_out_rows_and_edges_are_placed_as_the_original_places_them(parameters: dict[str, object]) -> None:
    held_out = numbers(40, WIDTH, seed=8)
    zeros = pd.DataFrame(np.zeros((1, WIDTH)), columns=ROWS.columns)
    asked = pd.concat([held_out, ROWS.head(4), zeros, held_out.head(5) * 100], ignore_index=True)
    expected, made = transformed(_embedding(**parameters).fit(ROWS), asked)
    np.testing.assert_allclose(made, expected, rtol=1e-7, atol=1e-9)


def test_a_row_that_equals_all_its_neighbours_is_placed_in_their_middle() -> None:
    rows = pd.concat([ROWS, *[ROWS.head(1)] * 3], ignore_index=True)
    expected, made = transformed(_embedding(n_neighbors=4).fit(rows), ROWS.head(1))
    np.testing.assert_allclose(made, expected, rtol=1e-7, atol=1e-9)
    assert np.isfinite(made).all()


def test_a_pipeline_of_it_is_exported_with_its_proof(tmp_path: Path) -> None:
    assert export(before_a_line(_embedding(), ROWS), ROWS, name="placed", out=tmp_path).parity.failures == 0


@pytest.mark.parametrize(
    ("parameters", "fix"),
    [
        ({"n_neighbors": MOST_NEIGHBORS + 1}, f"Fit with n_neighbors={MOST_NEIGHBORS} or fewer"),
        ({"n_neighbors": 4, "reg": 0.0}, "has no answer for a row that equals one of the training data. Fit with reg="),
    ],
    ids=["more equations than a graph holds", "singular equations"],
)
def test_what_a_graph_cannot_solve_is_refused(parameters: dict[str, object], fix: str, tmp_path: Path) -> None:
    model = make_pipeline(_embedding(**parameters).fit(ROWS), LinearRegression())
    model[-1].fit(model[0].embedding_, ROWS["x0"])
    with pytest.raises(UnsupportedModel, match=fix):
        export(model, numbers(60, WIDTH, seed=8), name="refused", out=tmp_path)
