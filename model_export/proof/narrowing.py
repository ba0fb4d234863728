"""Where a proof fails only far beyond the data, the contract ends before that place."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from model_export.proof.compare import magnitude

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_lib.contract.document import Feature, Json
    from model_export.source.instances import Instance
    from model_export.source.subject import Subject

LIMITS: Final = (1e15, 1e12, 1e9, 1e6)
"""Magnitudes that the contract may end at: where all distances to a row are equal in doubles, no answer is certain."""

_REASON: Final = "from there on the last bit of a double decides the answer"

MARGIN: Final = 1e3
"""The contract still takes numbers that are so many times larger than all of the data."""

FEATURE_LIMITS: Final = (1e15, 1e12, 1e9, 1e8, 1e7, 1e6)
"""Those that the numbers of a single feature may end at."""

FEATURE_MARGIN: Final = 10.0
"""The same of a single feature, where a thousand times its data is too far for any limit."""


def narrow(subject: Subject, outside: Sequence[Instance], held_out: Sequence[Instance]) -> str:
    """End the contract before all rows that differ, and return what there is to tell; nothing where one is near.

    Parameters
    ----------
    subject : Subject
        Gets a limit for all of its numbers, or for those of a few features.
    outside : sequence of dict
        Rows outside the tolerance of a proof; none where only another size of a batch differs.
    held_out : sequence of dict
        Rows of the data.
    """
    if not outside:
        return ""
    limit = narrower_limit(outside, held_out)
    if limit is not None:
        subject.limit = limit
        for feature in subject.features:
            # An end of the feature's own counts before the limit.
            _end(feature, limit, where_none=False)
        return f"numbers beyond {limit:g} are refused: {_REASON}"
    limits = narrower_limits(outside, held_out) or narrower_limits(outside, held_out, FEATURE_MARGIN) or {}
    for feature in subject.features:
        if feature.name in limits:
            _end(feature, limits[feature.name], where_none=True)
    told = ", ".join(f"{name} beyond {limit:g}" for name, limit in sorted(limits.items()))
    return f"numbers of {told} are refused: {_REASON}" if told else ""


def narrower_limit(outside: Sequence[Instance], held_out: Sequence[Instance]) -> float | None:
    """Return the largest limit of all numbers that leaves out every row; None where one of them is near the data."""
    needed = MARGIN * max(map(magnitude, held_out))
    return _largest(LIMITS, needed, min(map(magnitude, outside)))


def narrower_limits(
    outside: Sequence[Instance], held_out: Sequence[Instance], margin: float = MARGIN
) -> dict[str, float] | None:
    """Return limits of single features that leave out every row; None where one of them is near the data.

    Rows that are far in one feature come first, and each row is left out by the feature in which it is farthest.
    """
    needed = {name: margin * max(_size(row[name]) for row in held_out) for name in held_out[0]}
    limits: dict[str, float] = {}
    far = [{name: _size(value) for name, value in row.items() if _size(value) > needed[name]} for row in outside]
    for sizes in sorted(far, key=len):
        if any(size > limits.get(name, math.inf) for name, size in sizes.items()):
            continue
        farthest = sorted(sizes, key=lambda name: sizes[name] / max(needed[name], 1.0), reverse=True)
        found = [(name, limit) for name in farthest if (limit := _largest(FEATURE_LIMITS, needed[name], sizes[name]))]
        if not found:
            return None
        name, limit = found[0]
        limits[name] = limit
    return limits


def _largest(limits: Sequence[float], needed: float, nearest: float) -> float | None:
    return next((limit for limit in limits if needed <= limit < nearest), None)


def _size(value: Json) -> float:
    return abs(value) if isinstance(value, (int, float)) else 0.0


def _end(feature: Feature, limit: float, *, where_none: bool) -> None:
    whole = int(limit) if feature.type == "integer" else limit
    if where_none or feature.minimum is not None:
        feature.minimum = -whole if feature.minimum is None else max(feature.minimum, -whole)
    if where_none or feature.maximum is not None:
        feature.maximum = whole if feature.maximum is None else min(feature.maximum, whole)
