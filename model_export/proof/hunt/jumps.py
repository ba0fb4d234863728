"""Where the original's answer jumps between two rows: bisected until both sides are neighbouring doubles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from model_export.proof.edges import Row
from model_export.proof.hunt.values import allows
from model_export.source.model.original import Silence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Feature, Json
    from model_export.source.instances import Instance
    from model_export.source.model.original import Original

JUMP: Final = "beside a jump"
PAIRS: Final = 40
_BISECTIONS: Final = 52
"""A double between 0 and 1 has so many bits behind its point."""


def rows_beside_jumps(
    original: Original, features: Sequence[Feature], held_out: Sequence[Instance], seed: int
) -> list[Row]:
    """Return rows on both sides of jumps of the answer, found between pairs of held-out rows.

    Of the two halves of a way the one is followed in which the answer changes more; at a model that is smooth the end
    is nowhere special, at one of steps it is beside a threshold, wherever in the model that is.
    """
    numbers = [feature for feature in features if feature.type == "number" and not feature.categories]
    if len(held_out) < 2 or not numbers:  # noqa: PLR2004 - a pair
        return []
    generator = np.random.default_rng(seed)
    firsts, seconds = generator.integers(0, len(held_out), (2, PAIRS)).tolist()
    pairs = [(held_out[a], held_out[b]) for a, b in zip(firsts, seconds, strict=True)]
    low, high = np.zeros(len(pairs)), np.ones(len(pairs))
    at_low, at_high = (_answers(original, numbers, pairs, share) for share in (low, high))
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        found = _answers(original, numbers, pairs, middle)
        first = np.abs(found - at_low) >= np.abs(at_high - found)
        high, at_high = np.where(first, middle, high), np.where(first, found, at_high)
        low, at_low = np.where(first, low, middle), np.where(first, at_low, found)
    here, there = _between(numbers, pairs, low), _between(numbers, pairs, high)
    rows = zip([*here, *there], [*there, *here], strict=True)
    return [
        Row(JUMP, JUMP, row, across)
        for row, across in rows
        if all(allows(feature, row[feature.name]) for feature in features)
    ]


def _answers(
    original: Original, numbers: Sequence[Feature], pairs: Sequence[tuple[Instance, Instance]], shares: np.ndarray
) -> np.ndarray:
    answers = original.answers(_between(numbers, pairs, shares))
    return np.array([np.nan if isinstance(answer, Silence) else _number(answer) for answer in answers])


def _number(answer: dict[str, Json]) -> float:
    probabilities = answer.get("probabilities")
    value = next(iter(probabilities.values())) if isinstance(probabilities, dict) else answer.get("value")
    return float(value) if isinstance(value, (int, float)) else np.nan


def _between(
    numbers: Sequence[Feature], pairs: Sequence[tuple[Instance, Instance]], shares: np.ndarray
) -> list[Instance]:
    rows = []
    for (first, second), share in zip(pairs, shares.tolist(), strict=True):
        row = dict(first)
        for feature in numbers:
            start, end = first[feature.name], second[feature.name]
            if isinstance(start, (int, float)) and isinstance(end, (int, float)):
                row[feature.name] = float(start) + share * (float(end) - float(start))
        rows.append(row)
    return rows
