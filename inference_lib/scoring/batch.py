"""The bins of the instances of a batch, variable by variable; a cold start with one instance does not load this."""

from __future__ import annotations

from _bisect import bisect_left
from itertools import repeat

from inference_lib.bundle.profile import (
    CLASS,
    INDEXES,
    MISSING,
    PROBABILITY,
    VALUE,
    by_target,
    place_of,
    watched_number,
)
from inference_lib.contract.document import class_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from inference_lib.bundle.profile import BinCoder
    from inference_lib.contract.document import Json
    from inference_lib.runtime.model import Prediction
    from inference_lib.runtime.table import Table

    Parts: TypeAlias = Mapping[str, Sequence[Json]]

_NUMBERS = frozenset((int, float))


def codes(coder: BinCoder, columns: Mapping[str, Sequence[Json]], rows: Sequence[int], parts: Parts) -> list[str]:
    """Return the bin indexes of some instances and their predictions, each as ``BinCoder.code`` does.

    Parameters
    ----------
    coder : BinCoder
        With the bins.
    columns : mapping of str to sequence
        Values of each feature that keep to the contract; None where missing.
    rows : sequence of int
        Which instances.
    parts : mapping of str to sequence
        What ``parts_of`` or ``parts_of_table`` returns for these rows.
    """
    found: list[list[str]] = []
    for name, edges, codes_of in coder.features:
        column = columns[name]
        values = column if rows == range(len(column)) else [column[row] for row in rows]
        if edges is None:
            found.append([MISSING if each is None else codes_of.get(each, INDEXES[-1]) for each in values])
        elif _NUMBERS.issuperset(map(type, values)):
            found.append(_bins(edges, values))
        else:
            sizes = [len(each) if isinstance(each, str) else each for each in values]
            found.append([MISSING if each is None else INDEXES[bisect_left(edges, each)] for each in sizes])  # type: ignore[type-var] # numbers
    for name, values in parts.items():
        edges, codes_of = coder.parts[name]
        found.append([codes_of.get(each, INDEXES[-1]) for each in values] if edges is None else _bins(edges, values))
    return list(map("".join, zip(*found, strict=True)))


def parts_of(predictions: Sequence[Prediction]) -> Parts:
    """Return what is watched of some predictions, the number and the class, row by row, by the name of its variable."""
    parts: dict[str, Sequence[Json]] = {}
    for target, first in by_target(predictions[0]).items():
        of_target = [by_target(each)[target] for each in predictions] if target else predictions
        watched = watched_number(first)
        if watched is not None:
            parts[place_of(target, watched[0])] = [each[1] for each in map(watched_number, of_target) if each]
        if "label" in first:
            parts[place_of(target, CLASS)] = [class_key(each["label"]) for each in of_target]  # type: ignore[arg-type] # a label
    return parts


def parts_of_table(table: Table, rows: Sequence[int]) -> Parts:
    """Return what ``parts_of`` would for the predictions of some rows, without a dict for each."""
    numbers, keys = table.watched(rows)
    return {PROBABILITY: numbers, CLASS: keys} if keys else {VALUE: numbers}


def _bins(edges: Sequence[float], values: Sequence[Json]) -> list[str]:
    return [INDEXES[at] for at in map(bisect_left, repeat(edges), values)]  # type: ignore[arg-type] # numbers
