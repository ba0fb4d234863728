"""PolynomialFeatures: products of columns, multiplied in the order of scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_export.conversion.graph.table import Table
from model_export.conversion.graph.tensor import concat
from model_export.conversion.methods.registry import transforms

if TYPE_CHECKING:
    from sklearn.preprocessing import PolynomialFeatures

    from model_export.conversion.graph.tensor import Tensor


@transforms("PolynomialFeatures")
def polynomial_features(step: PolynomialFeatures, x: Table) -> Table:
    """Write PolynomialFeatures: the terms of one degree are those of the one before, times one more column."""
    numbers = x.numbers()
    terms = [tuple(np.repeat(np.arange(numbers.width), powers).tolist()) for powers in step.powers_]
    made: dict[tuple[int, ...], tuple[Tensor, int]] = {(place,): (numbers, place) for place in range(numbers.width)}
    parts = [] if terms[:1] != [()] else [numbers.column(0) * 0.0 + 1.0]
    for degree in range(1, max(map(len, terms)) + 1):
        wanted = [term for term in terms if len(term) == degree]
        if degree > 1:
            _multiply(numbers, made, degree, interaction_only=step.interaction_only)
        if wanted:
            block = made[wanted[0]][0]
            parts.append(block.columns([made[term][1] for term in wanted]))
    return Table.of(concat(parts), sparse=x.sparse)


def _multiply(
    numbers: Tensor, made: dict[tuple[int, ...], tuple[Tensor, int]], degree: int, *, interaction_only: bool
) -> None:
    """Add the terms of a degree: each is one of the degree before, times a column before its first."""
    before = [term for term in made if len(term) == degree - 1]
    terms = [
        (place, *term)
        for place in range(numbers.width)
        for term in before
        if place < term[0] or (place == term[0] and not interaction_only)
    ]
    if terms:
        rest = made[terms[0][1:]][0].columns([made[term[1:]][1] for term in terms])
        block = rest * numbers.columns([term[0] for term in terms])
        made.update({term: (block, place) for place, term in enumerate(terms)})
