"""Codes over a dictionary are those of scikit-learn, or are refused with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import DictionaryLearning, MiniBatchDictionaryLearning, SparseCoder

from model_export import UnsupportedModel, export
from model_export.conversion.converters.decomposition.sparse_coding import MOST_ATOMS
from tests.model_export.conversion.converters.behind import before_a_line, numbers, transformed

if TYPE_CHECKING:
    from pathlib import Path

    from sklearn.base import BaseEstimator

pytestmark = pytest.mark.filterwarnings("ignore:Orthogonal matching pursuit ended prematurely:RuntimeWarning")

WIDTH = 4
ATOMS = np.random.default_rng(1).normal(size=(7, WIDTH))
UNIT = ATOMS / np.linalg.norm(ATOMS, axis=1, keepdims=True)


def _edges() -> pd.DataFrame:
    """Return rows held out, of zeros and almost so, of equal numbers, on an atom, and beyond what was seen."""
    held_out = numbers(60, WIDTH, seed=9)
    tiny = UNIT[1] * 1e-9  # of its products none is large enough for an atom
    special = [
        np.zeros(WIDTH),
        tiny,
        np.full(WIDTH, 2.0),
        [1.0, -1.0, 1.0, -1.0],
        UNIT[2],
        UNIT[2] - UNIT[4],
        [0, 0, 3, 0],
    ]
    beyond = held_out.head(10) * 50
    return pd.concat([held_out, pd.DataFrame(special, columns=held_out.columns), beyond], ignore_index=True)


@pytest.mark.parametrize(
    "step",
    [
        SparseCoder(UNIT),
        SparseCoder(ATOMS, transform_n_nonzero_coefs=3),
        SparseCoder(np.eye(WIDTH), transform_n_nonzero_coefs=3),
        SparseCoder(UNIT, transform_n_nonzero_coefs=6),
        SparseCoder(UNIT, transform_n_nonzero_coefs=2, split_sign=True),
        SparseCoder(UNIT, transform_algorithm="threshold"),
        SparseCoder(UNIT, transform_algorithm="threshold", transform_alpha=0.3, positive_code=True),
        SparseCoder(UNIT, transform_algorithm="threshold", transform_alpha=0.0, split_sign=True),
        DictionaryLearning(5, max_iter=20, random_state=0, transform_n_nonzero_coefs=2),
        DictionaryLearning(5, alpha=0.7, max_iter=20, random_state=0, transform_algorithm="threshold"),
        MiniBatchDictionaryLearning(5, max_iter=20, random_state=0, transform_n_nonzero_coefs=2),
    ],
    ids=lambda step: f"{type(step).__name__} {step.transform_algorithm} {step.transform_n_nonzero_coefs}",
)
def test_codes_of_held_out_rows_and_edges_are_those_of_the_original(step: BaseEstimator) -> None:
    expected, made = transformed(step.fit(numbers(120, WIDTH)), _edges())
    np.testing.assert_allclose(made, expected, rtol=1e-9, atol=1e-12)


def test_a_tenth_of_the_features_is_how_many_atoms_a_code_takes_by_default() -> None:
    coder = SparseCoder(np.random.default_rng(6).normal(size=(9, 25))).fit(numbers(5, 25))
    expected, made = transformed(coder, numbers(30, 25, seed=4))
    np.testing.assert_allclose(made, expected, rtol=1e-9, atol=1e-12)
    assert ((made != 0).sum(axis=1) == 2).all()


def test_of_equal_products_the_pursuit_takes_the_atom_that_swaps_have_put_first() -> None:
    # The third atom goes first and the first one to its place, so that of the other two the second is taken.
    tie = pd.DataFrame([[1.0, 1.0, 2.0], [-1.0, 1.0, 2.0]])
    expected, made = transformed(SparseCoder(np.eye(3), transform_n_nonzero_coefs=2).fit(tie), tie)
    assert np.array_equal(expected != 0, [[False, True, True]] * 2)
    assert np.array_equal(made, expected)


def test_the_pursuit_stops_before_an_atom_in_the_span_of_those_that_it_took() -> None:
    between = np.array([2**-0.5, 2**-0.5, 1e-9])  # what is left of the row has a product with it, by its last number
    coder = SparseCoder(np.vstack([np.eye(2, 3), between]), transform_n_nonzero_coefs=3)
    row = pd.DataFrame([[3.0, 0.5, 100.0]])
    expected, made = transformed(coder.fit(row), row)
    assert made.tolist() == expected.tolist() == [[3.0, 0.5, 0.0]]


@pytest.mark.parametrize(
    "step",
    [
        SparseCoder(UNIT, transform_n_nonzero_coefs=2, split_sign=True),
        DictionaryLearning(max_iter=20, random_state=0),
        MiniBatchDictionaryLearning(4, max_iter=20, random_state=0, transform_algorithm="threshold"),
    ],
    ids=lambda step: type(step).__name__,
)
def test_a_pipeline_of_it_is_exported_with_its_proof(step: BaseEstimator, tmp_path: Path) -> None:
    rows = numbers(100, WIDTH)
    assert export(before_a_line(step, rows), rows, name="coded", out=tmp_path).parity.failures == 0


@pytest.mark.parametrize("algorithm", ["lasso_lars", "lasso_cd", "lars"])
def test_a_solver_is_refused_with_what_can_be_fitted_instead(algorithm: str, tmp_path: Path) -> None:
    reason = _refusal(SparseCoder(UNIT, transform_algorithm=algorithm), tmp_path)
    assert reason.startswith(f"SparseCoder: transform_algorithm={algorithm!r} solves each row in as many steps as that")
    assert "'omp' or 'threshold'" in reason


def test_atoms_that_are_the_same_but_for_their_sign_are_refused(tmp_path: Path) -> None:
    twice = np.vstack([UNIT, -UNIT[3]])
    assert "atoms 3 and 7 of its dictionary are the same" in _refusal(SparseCoder(twice), tmp_path)


def test_more_atoms_than_a_graph_holds_steps_are_refused(tmp_path: Path) -> None:
    atoms = np.random.default_rng(2).normal(size=(MOST_ATOMS + 1, WIDTH))
    reason = _refusal(SparseCoder(atoms, transform_n_nonzero_coefs=MOST_ATOMS + 1), tmp_path)
    assert f"Fit with transform_n_nonzero_coefs={MOST_ATOMS} or fewer" in reason


def _refusal(step: BaseEstimator, out: Path) -> str:
    rows = numbers(60, WIDTH)
    with pytest.raises(UnsupportedModel) as caught:
        export(before_a_line(step, rows), rows, name="refused", out=out)
    assert not list(out.iterdir()), "a refused model leaves nothing behind"
    return str(caught.value)
