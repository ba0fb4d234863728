"""Where the original's answer jumps between two rows: narrowed until both sides are neighbouring doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from model_export.proof.edges import Row
from model_export.proof.hunt.values import allows
from model_export.source.model.original import Silence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inference_lib.contract.document import Feature, Json
    from model_export.source.instances import Instance
    from model_export.source.model.original import Original

    Shares = np.ndarray[Any, np.dtype[np.float64]]

JUMP: Final = "beside a jump"
PAIRS: Final = 40
_PARTS: Final = 4
"""Into which a way is cut in each round: a call of a forest costs more than the rows of a few cuts more."""
_ROUNDS: Final = 26
"""A double between 0 and 1 has 52 bits behind its point, and each round finds two of them."""
_ALWAYS: Final = 2
"""Rounds of each way: between two equal answers there may be others."""
_NO_JUMP: Final = 1e-6
"""Of an answer's size: a hundredth of what the proof tolerates, so that nothing depends on a smaller jump."""


def rows_beside_jumps(
    original: Original, features: Sequence[Feature], held_out: Sequence[Instance], seed: int
) -> list[Row]:
    """Return rows on both sides of jumps of the answer, found between pairs of held-out rows.

    Of the parts of a way the one is followed in which the answer changes most, until it changes by nothing that the
    proof would notice: at a model that is smooth the end is nowhere special, at one of steps it is beside a threshold,
    wherever in the model that is.
    """
    numbers = [feature for feature in features if feature.type == "number" and not feature.categories]
    if len(held_out) < 2 or not numbers:  # noqa: PLR2004 - a pair
        return []
    generator = np.random.default_rng(seed)
    firsts, seconds = generator.integers(0, len(held_out), (2, PAIRS)).tolist()
    pairs = [(held_out[a], held_out[b]) for a, b in zip(firsts, seconds, strict=True)]
    low, width = np.zeros(len(pairs)), np.ones(len(pairs))
    ends = _answers(original, numbers, pairs, np.tile([0.0, 1.0], (len(pairs), 1)))
    for number in range(_ROUNDS):
        (open_ones,) = np.nonzero(_may_jump(ends) | (number < _ALWAYS))
        if not len(open_ones):
            break
        width[open_ones] /= _PARTS
        cuts = low[open_ones, None] + width[open_ones, None] * np.arange(1, _PARTS)
        inside = _answers(original, numbers, [pairs[at] for at in open_ones], cuts)
        points = np.column_stack([ends[open_ones, :1], inside, ends[open_ones, 1:]])
        part = np.argmax(np.nan_to_num(np.abs(np.diff(points, axis=1)), nan=-1.0), axis=1)
        low[open_ones] += width[open_ones] * part
        ends[open_ones] = np.take_along_axis(points, part[:, None] + np.arange(2), axis=1)
    here, there = (_between(numbers, pairs, share[:, None]) for share in (low, low + width))
    rows = zip([*here, *there], [*there, *here], strict=True)
    return [
        Row(JUMP, JUMP, row, across)
        for row, across in rows
        if all(allows(feature, row[feature.name]) for feature in features)
    ]


def _may_jump(ends: Shares) -> NDArray[np.bool_]:
    """Return for each way whether its answer changes by more than the proof would notice.

    A number at one end alone is a change; a label, or no answer at both, is nothing that could be followed.
    """
    same: NDArray[np.bool_] = np.abs(ends[:, 1] - ends[:, 0]) <= _NO_JUMP * np.abs(ends).max(axis=1)
    return ~(same | np.isnan(ends).all(axis=1))


def _answers(
    original: Original, numbers: Sequence[Feature], pairs: Sequence[tuple[Instance, Instance]], shares: Shares
) -> Shares:
    """Return a number of each answer: a row for each pair, a column for each share of its way."""
    answers = original.answers(_between(numbers, pairs, shares))
    found = [np.nan if isinstance(answer, Silence) else _number(answer) for answer in answers]
    return np.array(found).reshape(shares.shape)


def _number(answer: dict[str, Json]) -> float:
    probabilities = answer.get("probabilities")
    value = next(iter(probabilities.values())) if isinstance(probabilities, dict) else answer.get("value")
    return float(value) if isinstance(value, (int, float)) else np.nan


def _between(numbers: Sequence[Feature], pairs: Sequence[tuple[Instance, Instance]], shares: Shares) -> list[Instance]:
    rows: list[Instance] = []
    for (first, second), its_shares in zip(pairs, shares.tolist(), strict=True):
        ways = {
            feature.name: (float(start), float(end) - float(start))
            for feature in numbers
            if isinstance(start := first[feature.name], (int, float))
            and isinstance(end := second[feature.name], (int, float))
        }
        rows += [first | {name: start + share * way for name, (start, way) in ways.items()} for share in its_shares]
    return rows
