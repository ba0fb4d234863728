"""Codes over the atoms of a dictionary: soft thresholds, and orthogonal matching pursuit in a fixed number of steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from model_export.conversion.formulas.functions import clip, maximum, minimum, sign, sqrt
from model_export.conversion.graph.refusal import Refusal
from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import Tensor, concat, gather, where
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.decomposition import DictionaryLearning

MOST_ATOMS: Final = 64
"""Of one code by matching pursuit: each is about thirty nodes of the graph, and a vector for each one before it."""

_EQUAL: Final = 1 - 1e-12
"""Cosine from which two atoms of one length are the same up to their sign and rounding."""

_NOTHING: Final = float(np.finfo(np.float64).eps)
"""Squared product, and squared distance from the span of the atoms taken, below which scikit-learn takes no atom."""


@transforms("DictionaryLearning", "MiniBatchDictionaryLearning", "SparseCoder")
def sparse_code(step: DictionaryLearning, x: Table) -> Table:
    """Write the sparse coders that need no solver: ``transform_algorithm`` 'omp' and 'threshold'."""
    dictionary = np.asarray(step.components_ if hasattr(step, "components_") else step.dictionary)
    if step.transform_algorithm == "threshold":
        code = _thresholded(step, x.numbers().matmul(dictionary.T))
    elif step.transform_algorithm == "omp":
        # The products of the atoms are those of their own element type; the products with a row are of doubles.
        gram = np.asarray(dictionary @ dictionary.T, np.float64)
        _refuse_equal_atoms(step, gram)
        code = _pursued(x.numbers().matmul(dictionary.T), gram, _count(step, dictionary))
    else:
        raise Refusal.of(
            step,
            f"transform_algorithm={step.transform_algorithm!r} solves each row in as many steps as that row needs",
            "Fit with transform_algorithm='omp' or 'threshold'",
        )
    if step.split_sign:
        code = concat([maximum(code, 0.0), -minimum(code, 0.0)])
    return Table.of(code)


def _thresholded(step: DictionaryLearning, products: Tensor) -> Tensor:
    least = getattr(step, "alpha", 1.0) if step.transform_alpha is None else step.transform_alpha
    code = sign(products) * maximum(abs(products) - float(least), 0.0)
    return clip(code, 0.0, None) if step.positive_code else code


def _count(step: DictionaryLearning, dictionary: NDArray[np.floating]) -> int:
    """Return how many atoms a code has at most: by default a tenth of the features, and one at least."""
    atoms, features = dictionary.shape
    given = step.transform_n_nonzero_coefs
    count = int(min(max(features / 10, 1), atoms) if given is None else given)
    if count > MOST_ATOMS:
        raise Refusal.of(
            step,
            f"its codes take {count} atoms one after the other, and a graph holds {MOST_ATOMS} such steps",
            f"Fit with transform_n_nonzero_coefs={MOST_ATOMS} or fewer",
        )
    return count


def _refuse_equal_atoms(step: DictionaryLearning, gram: NDArray[np.float64]) -> None:
    squares = np.diag(gram)
    alike = (np.abs(gram) >= _EQUAL * np.maximum.outer(squares, squares)) & (squares > 0)
    pairs = np.argwhere(np.triu(alike, 1))
    if len(pairs):
        first, second = pairs[0].tolist()
        raise Refusal.of(
            step,
            f"atoms {first} and {second} of its dictionary are the same up to their sign, so that rounding decides "
            "which of them scikit-learn takes, for a row alone otherwise than among others",
            "Fit with a dictionary of distinct atoms",
        )


@dataclass(frozen=True)
class _Pursuit:
    """Where the pursuit is, for each instance.

    Parameters
    ----------
    products : Tensor
        Of what is left of the instance with each atom, of shape (n_instances, n_atoms).
    order : Tensor
        Place of each atom in the order of scikit-learn, which swaps the atom that it takes to the front: of equal
        products it takes the first in that order.
    going : Tensor
        Whether the instance takes more atoms, of shape (n_instances, 1).
    code : Tensor
        The code so far.
    factor, inverse : Tensor or None
        Rows of the Cholesky factor of the atoms taken, over all atoms, and what makes coefficients of its solution, of
        shape (n_instances, n_taken, n_atoms).
    """

    products: Tensor
    order: Tensor
    going: Tensor
    code: Tensor
    factor: Tensor | None = None
    inverse: Tensor | None = None


def _pursued(products: Tensor, gram: NDArray[np.float64], count: int) -> Tensor:
    """Return the codes of orthogonal matching pursuit over the Gram matrix of the atoms.

    Parameters
    ----------
    products : Tensor
        Of each instance with each atom, of shape (n_instances, n_atoms).
    gram : ndarray of shape (n_atoms, n_atoms)
        Products of the atoms.
    count : int
        Of atoms in a code.

    References
    ----------
    .. [1] R. Rubinstein, M. Zibulevsky, M. Elad, Efficient Implementation of the K-SVD Algorithm using Batch
       Orthogonal Matching Pursuit, Technion 2008: the same pursuit, as ``sklearn.linear_model.orthogonal_mp_gram``.
    """
    none = products * 0.0
    state = _Pursuit(products, none + np.arange(len(gram))[None, :], none.column(0).equals(0.0), none)
    for taken in range(count):
        state = _with_one_more(state, gram, taken)
    return state.code


def _with_one_more(state: _Pursuit, gram: NDArray[np.float64], taken: int) -> _Pursuit:
    """Return the pursuit after another atom; an instance of which nothing more is to be had stays as it is."""
    size = abs(state.products)
    chosen = where(size.equals(size.max()), state.order, float(len(gram))).argmin()
    picked = gather(size.like(np.eye(len(gram))), chosen, len(gram))
    place, product = (state.order * picked).sum(), (state.products * picked).sum()
    row, inverse = gather(size.like(gram), chosen, len(gram)), picked
    square = (row * picked).sum()
    going = state.going & (place >= float(taken)) & (product * product >= _NOTHING)
    if state.factor is not None and state.inverse is not None:
        known = _summed(state.factor * picked.reshape([0, 1, -1]), 2).reshape([0, -1, 1])
        row, inverse = row - _summed(known * state.factor, 1), inverse - _summed(known * state.inverse, 1)
        square = square - _summed(known * known, 1)
        going = going & (square > _NOTHING)
    length = sqrt(where(going, square, square.like([[1.0]])))
    share, row, inverse = product / length, row / length, inverse / length
    return _Pursuit(
        where(going, state.products - share * row, state.products),
        where(picked > 0.0, state.order.like([[float(taken)]]), _swapped(state.order, place, taken)),
        going,
        where(going, state.code + share * inverse, state.code),
        _stacked(state.factor, row),
        _stacked(state.inverse, inverse),
    )


def _swapped(order: Tensor, place: Tensor, taken: int) -> Tensor:
    """Return the order in which the atom at the front has the place of the one that is taken."""
    return where(order.equals(float(taken)), place, order)


def _summed(values: Tensor, axis: int) -> Tensor:
    """Return sums over one axis of a tensor of three dimensions, without that axis."""
    return values.reduce("ReduceSum", axis, keepdims=False)


def _stacked(rows: Tensor | None, row: Tensor) -> Tensor:
    """Return rows of shape (n_instances, n_rows, n_atoms) with one more."""
    last = row.reshape([0, 1, -1])
    return last if rows is None else rows.op("Concat", last, axis=1)
