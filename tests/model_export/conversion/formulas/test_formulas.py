"""The formulas that converters share are those of NumPy and scikit-learn, at their edges too."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.special import expit, logsumexp, softmax
from sklearn.isotonic import IsotonicRegression
from sklearn.preprocessing import normalize
from sklearn.utils.multiclass import _ovr_decision_function

from inference_lib.contract.document import MISSING_TEXT
from model_export.conversion.formulas import classes, functions, interpolation, missing, nearest, norms, piecewise
from tests.model_export.conversion.formulas.computed import computed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from model_export.conversion.graph.tensor import Tensor

_KNOTS = np.array([1.0, 2.0, 4.0, 8.0])
_VALUES = np.array([10.0, 30.0, 20.0, 60.0])
_LINE = np.array([-9.0, 0.999, 1.0, 1.5, 2.0, 3.0, 3.999, 4.0, 7.0, 8.0, 8.001, 99.0])[:, None]


def test_between_knots_values_lie_on_straight_lines() -> None:
    (found,) = computed(lambda x: interpolation.interpolate(x, _KNOTS, _VALUES), _LINE)
    assert found.ravel() == pytest.approx(np.interp(_LINE.ravel(), _KNOTS, _VALUES), rel=1e-15)
    (gone,) = computed(lambda x: interpolation.interpolate(x, _KNOTS, _VALUES), [[math.nan]])
    assert np.isnan(gone).all()


def test_the_last_of_equal_knots_counts() -> None:
    knots, values = np.array([0.0, 1.0, 1.0, 2.0]), np.array([0.0, 5.0, 7.0, 9.0])
    (found,) = computed(lambda x: interpolation.interpolate(x, knots, values), [[0.5], [1.0], [1.5]])
    assert found.ravel().tolist() == [2.5, 7.0, 8.0]


def test_a_piece_begins_at_its_knot() -> None:
    (found,) = computed(lambda x: interpolation.segment(x, _KNOTS), _LINE)
    assert found.tolist() == [0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3]


@pytest.mark.parametrize("out_of_bounds", ["nan", "clip"])
@pytest.mark.parametrize("y", [[1.0, 3.0, 2.0, 8.0], [5.0, 5.0, 5.0, 5.0]])
def test_an_isotonic_function_is_scikit_learns(out_of_bounds: str, y: list[float]) -> None:
    model = IsotonicRegression(out_of_bounds=out_of_bounds).fit(_KNOTS, y)
    (found,) = computed(lambda x: interpolation.isotonic(model, x), _LINE)
    assert found.ravel() == pytest.approx(model.predict(_LINE.ravel()), nan_ok=True)


def test_an_isotonic_function_of_one_value_is_constant() -> None:
    model = IsotonicRegression(out_of_bounds="clip").fit([1.0, 1.0], [3.0, 5.0])
    (found,) = computed(lambda x: interpolation.isotonic(model, x), _LINE)
    assert found.ravel().tolist() == model.predict(_LINE.ravel()).tolist()


def test_each_piece_has_its_polynomial() -> None:
    starts, origins = np.array([0.0, 2.0]), np.array([1.0, 3.0])
    coefficients = np.array([[[1.0, 5.0], [2.0, 0.0], [3.0, 1.0]], [[7.0, 0.0], [0.0, 4.0], [1.0, 0.0]]])
    line = np.array([[-1.0], [0.0], [1.9], [2.0], [9.0]])
    (found,) = computed(lambda x: piecewise.polynomials(x, starts, coefficients, origins, 0.5), line)
    for row, number in zip(found, line.ravel(), strict=True):
        piece = int(number >= 2)
        place = (number - origins[piece]) * 0.5
        assert row == pytest.approx(
            [sum(c * place**p for p, c in enumerate(column)) for column in coefficients[piece].T]
        )


def test_a_tabulated_function_has_pieces_of_equal_length() -> None:
    # On each of the pieces -2 to 0 and 0 to 2 the place runs from -1 to 1.
    (found,) = computed(
        lambda x: piecewise.tabulated(x, [[0.0, 1.0], [10.0, 5.0]], -2.0, 2.0), [[-2.0], [-1.0], [0.0], [1.0], [2.0]]
    )
    assert found.ravel().tolist() == [-1.0, 0.0, 5.0, 10.0, 15.0]


_ROWS = np.array([[3.0, -4.0], [0.0, 0.0], [1e-16, 0.0], [2.1e-15, 0.0], [-1e10, 5.0]])


@pytest.mark.parametrize("norm", ["l1", "l2", "max"])
def test_a_norm_is_scikit_learns_for_dense_rows(norm: str) -> None:
    (found,) = computed(lambda x: norms.divided_by_norm(x, norm, sparse=False), _ROWS)
    assert found == pytest.approx(normalize(_ROWS, norm), rel=1e-15)


@pytest.mark.parametrize("norm", ["l1", "l2"])
def test_of_sparse_rows_every_norm_above_zero_divides(norm: str) -> None:
    (found,) = computed(lambda x: norms.divided_by_norm(x, norm, sparse=True), _ROWS)
    assert found[2].tolist() == [1.0, 0.0]
    assert found[1].tolist() == [0.0, 0.0]
    assert found[0] == pytest.approx(normalize(_ROWS, norm)[0])


def test_the_nearest_rows_come_in_order_the_first_of_equal_ones_first() -> None:
    apart, places = computed(lambda x: nearest.nearest(x, 3), [[5.0, 1.0, 3.0, 1.0], [0.0, 9.0, 0.0, 2.0]])
    assert apart.tolist() == [[1.0, 1.0, 3.0], [0.0, 0.0, 2.0]]
    assert places.tolist() == [[1, 3, 2], [0, 2, 3]]


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ("uniform", [[1, 1], [1, 1]]),
        (None, [[1, 1], [1, 1]]),
        ("distance", [[0.5, 0.25], [1, 0]]),
        (abs, [[2, 4], [0, 3]]),
    ],
)
def test_a_neighbour_weighs_by_its_distance(weights: object, expected: list[list[float]]) -> None:
    (found,) = computed(lambda x: nearest.weights_of(weights, x), [[2.0, 4.0], [0.0, 3.0]])  # type: ignore[arg-type] # as an estimator holds it
    assert found.tolist() == expected


def test_missing_values_are_told_from_others() -> None:
    gone = [None, math.nan, np.float32("nan"), np.nan]
    there = [0, 0.0, "", "nan", False, math.inf]
    assert [missing.is_missing(each) for each in (*gone, *there)] == [True] * 4 + [False] * 6


@pytest.mark.parametrize(
    ("mark", "expected"),
    [(math.nan, [True, False, False]), (None, [True, False, False]), (-1, [False, True, False]), ("x", [False] * 3)],
)
def test_a_number_is_missing_by_its_mark(mark: object, expected: list[bool]) -> None:
    (found,) = computed(lambda x: missing.missing_in(x, mark), [[math.nan, -1.0, 0.0]])
    assert found.tolist() == [expected]


@pytest.mark.parametrize(
    ("mark", "expected"), [(math.nan, [True, False, False]), (None, [True, False, False]), ("x", [False, True, False])]
)
def test_a_text_is_missing_by_its_mark(mark: object, expected: list[bool]) -> None:
    (found,) = computed(lambda x: missing.missing_in(x, mark), [[MISSING_TEXT, "x", ""]], "string")
    assert found.tolist() == [expected]


def test_places_among_the_classes_of_the_holder() -> None:
    assert classes.places_among(["c", "a"], ["a", "b", "c"]) == [2, 0]
    assert classes.places_among([3, 1], [1, 2, 3]) == [2, 0]
    for places, expected in (([2, 0], [0, 2, 2]), ([0, 1], [1, 0, 0])):
        (found,) = computed(partial(_translated, places), [[1], [0], [0]], "int64")
        assert found.ravel().tolist() == expected


def _translated(places: list[int], labels: Tensor) -> Tensor:
    return classes.translated(labels.reshape([-1]), places)


def test_columns_are_spread_over_the_classes_of_the_holder() -> None:
    rows = [[0.25, 0.75]]
    for places, width, expected in (
        ([2, 0], 3, [0.75, 0.0, 0.25]),
        ([0, 1], 2, [0.25, 0.75]),
        ([0, 1], 3, [0.25, 0.75, 0]),
    ):
        (found,) = computed(partial(classes.spread, places=places, width=width), rows)
        assert found.tolist() == [expected]


def test_scores_and_probabilities_of_classes() -> None:
    rows = np.array([[1.0, 3.0], [-800.0, 900.0]])
    assert computed(lambda x: classes.both(x.column(0)), [[0.25]])[0].tolist() == [[0.75, 0.25]]
    assert computed(classes.pairwise, rows)[0].tolist() == [[2.0], [1700.0]]
    assert computed(classes.pairwise, [[1.0, 2.0, 3.0]])[0].tolist() == [[1.0, 2.0, 3.0]]
    (found,) = computed(classes.posterior, rows)
    assert found == pytest.approx(np.exp(rows - np.logaddexp.reduce(rows, axis=1, keepdims=True)), abs=1e-300)
    labels = [[0], [2], [1]]
    assert computed(lambda x: classes.indicator(x.reshape([-1]), 3), labels, "int64")[0].tolist() == [
        [1, 0, 0],
        [0, 0, 1],
        [0, 1, 0],
    ]


@pytest.mark.parametrize("number", [3, 4])
def test_votes_of_pairs_are_scikit_learns(number: int) -> None:
    pairs = number * (number - 1) // 2
    confidences = np.random.default_rng(3).normal(size=(40, pairs))
    expected = _ovr_decision_function((confidences > 0).astype(int), confidences, number)
    (found,) = computed(lambda x: classes.votes((x > 0.0).cast("double"), x, number), confidences)
    assert found == pytest.approx(expected, rel=1e-12)


_REALS = np.concatenate(
    [
        [-math.inf, math.inf, math.nan, 0.0, -0.0, 1.0, -1.0],
        np.linspace(-30, 30, 61),
        [1e-18, -1e-18, 1e-5, 700.0, 800.0, -750.0],
    ]
)


@pytest.mark.parametrize(
    ("formula", "original"),
    [
        (functions.exp, np.exp),
        (functions.log, np.log),
        (functions.sqrt, np.sqrt),
        (functions.sign, np.sign),
        (functions.log1p, np.log1p),
        (functions.expm1, np.expm1),
        (functions.sigmoid, expit),
        (lambda x: functions.maximum(x, 2.0), lambda x: np.maximum(x, 2.0)),
        (lambda x: functions.minimum(x, 2.0), lambda x: np.minimum(x, 2.0)),
        (lambda x: functions.clip(x, -1.0, 2.0), lambda x: np.clip(x, -1.0, 2.0)),
        (lambda x: functions.clip(x, None, 2.0), lambda x: np.minimum(x, 2.0)),
        (lambda x: functions.clip(x, -1.0, None), lambda x: np.maximum(x, -1.0)),
    ],
    ids=[
        "exp",
        "log",
        "sqrt",
        "sign",
        "log1p",
        "expm1",
        "expit",
        "maximum",
        "minimum",
        "clip",
        "clip_above",
        "clip_below",
    ],
)
def test_a_function_is_numpys(
    formula: Callable[[Tensor], Tensor], original: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> None:
    (found,) = computed(formula, _REALS[:, None])
    with np.errstate(all="ignore"):
        assert found.ravel() == pytest.approx(original(_REALS), rel=1e-13, abs=0, nan_ok=True)


def test_functions_of_rows_are_scipys() -> None:
    rows = np.array([[1.0, 2.0, 3.0], [-900.0, 0.0, 900.0], [5.0, 5.0, 5.0]])
    assert computed(functions.softmax, rows)[0] == pytest.approx(softmax(rows, axis=1), rel=1e-13)
    assert computed(functions.logsumexp, rows)[0].ravel() == pytest.approx(logsumexp(rows, axis=1), rel=1e-14)
    (found,) = computed(lambda x: functions.polynomial(x, [2.0, -1.0, 5.0]), [[0.0], [3.0]])
    assert found.ravel().tolist() == [5.0, 20.0]
