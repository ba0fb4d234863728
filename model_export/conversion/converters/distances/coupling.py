"""Probabilities of several classes from those of all pairs, as LIBSVM couples them [1]_.

It improves an estimate for each instance until it is good enough, at most a hundred times; so does the graph, in one
loop for all instances, in which those that are good enough stay as they are.

References
----------
.. [1] T.-F. Wu, C.-J. Lin, R. Weng, Probability estimates for multi-class classification by pairwise coupling,
   JMLR 5 (2004), algorithm 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from model_export.conversion.formulas.functions import clip, exp
from model_export.conversion.graph.graph import Graph
from model_export.conversion.graph.tensor import Tensor, concat, where

if TYPE_CHECKING:
    from collections.abc import Sequence

    import onnx
    from numpy.typing import NDArray

_LEAST: Final = 1e-7
_ROUNDS: Final = 100
_ENOUGH: Final = 0.005


def coupled_probabilities(
    values: Tensor, slopes: NDArray[np.float64], offsets: NDArray[np.float64], classes: int
) -> Tensor:
    """Return the probability of each class.

    Parameters
    ----------
    values : Tensor
        LIBSVM's decision value for each pair of classes (0, 1), (0, 2), ... (1, 2), ...
    slopes, offsets : ndarray of shape (n_pairs,)
        Of the sigmoid of each pair.
    classes : int
        Their number.
    """
    first = clip(_sigmoid(values * np.asarray(slopes)[None, :] + np.asarray(offsets)[None, :]), _LEAST, 1 - _LEAST)
    shares = {}
    for place, (one, other) in enumerate((i, j) for i in range(classes) for j in range(i + 1, classes)):
        shares[one, other] = first.column(place)
        shares[other, one] = 1.0 - first.column(place)
    return _improved(values, [_row(shares, each, classes) for each in range(classes)])


def _sigmoid(x: Tensor) -> Tensor:
    """Return 1 / (1 + exp(x)) without overflow."""
    small = exp(-abs(x))
    return where(x >= 0.0, small / (small + 1.0), 1.0 / (small + 1.0))


def _row(shares: dict[tuple[int, int], Tensor], each: int, classes: int) -> Tensor:
    """Return a row of the matrix Q of each instance."""
    columns = []
    for other in range(classes):
        if other != each:
            columns.append(-(shares[other, each] * shares[each, other]))
            continue
        total: Tensor | None = None
        for third in range(classes):
            if third != each:
                square = shares[third, each] * shares[third, each]
                total = square if total is None else total + square
        assert total is not None  # noqa: S101 - there are two classes at least
        columns.append(total)
    return concat(columns)


def _improved(values: Tensor, rows: Sequence[Tensor]) -> Tensor:
    classes = len(rows)
    graph = values.graph
    start = values.column(0) * 0.0 + np.full((1, classes), 1.0 / classes)
    active = start.column(0) > 0.0
    body = _body(rows, graph.fresh_name("coupling"))
    limit, condition = values.like(_ROUNDS, "int64"), values.like(True, "bool")  # noqa: FBT003 - a constant
    inputs = [limit.name, condition.name, start.name, active.name]
    name, _ = graph.node("Loop", inputs, 2, attributes={"body": body})
    return Tensor(graph, name, "double", classes)


def _body(rows: Sequence[Tensor], name: str) -> onnx.GraphProto:
    classes = len(rows)
    graph = Graph(f"{name}_")
    for state, kind, shape in (
        ("round", "int64", []),
        ("go", "bool", []),
        ("shares", "double", [None, classes]),
        ("active", "bool", [None, 1]),
    ):
        graph.add_state(f"{name}_in_{state}", kind, shape)  # type: ignore[arg-type] # kinds of the graph
    shares = Tensor(graph, f"{name}_in_shares", "double", classes)
    active = Tensor(graph, f"{name}_in_active", "bool", 1)
    inside = [Tensor(graph, row.name, "double", classes) for row in rows]
    better, enough = _round(shares, inside)
    going = active & ~enough
    kept = where(going, better, shares)
    some = going.cast("int64").op("ReduceMax", width=1, keepdims=0).cast("bool")
    for state, tensor, shape in (("go", some, []), ("shares", kept, [None, classes]), ("active", going, [None, 1])):
        graph.add_output(f"{name}_out_{state}", tensor.name, tensor.kind, shape)
    return graph.body(name)


def _round(shares: Tensor, rows: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Return one better estimate, and whether the one before was good enough."""
    classes = len(rows)
    product = concat([(row * shares).sum() for row in rows])
    whole = (shares * product).sum()
    enough = abs(product - whole).max() < _ENOUGH / classes
    for each, row in enumerate(rows):
        step = (whole - product.column(each)) / row.column(each)
        grown = step + 1.0
        shares = shares + step * np.eye(classes)[each][None, :]
        whole = (whole + step * (step * row.column(each) + 2.0 * product.column(each))) / grown / grown
        product = (product + step * row) / grown
        shares = shares / grown
    return shares, enough
