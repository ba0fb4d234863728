"""Requests as callers send them: drawn from the data's own margins, rounded as the data are and one decimal finer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from model_export.proof.edges import DRAWN, Row
from model_export.proof.hunt.values import allows
from model_export.source.probing import unknown_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inference_lib.contract.document import Feature, Json
    from model_export.source.instances import Instance

REQUESTS: Final = 10_000
"""So many bound the share of differing requests by 3/10 000 with 95 % confidence."""
MOST_VALUES: Final = 1_000_000
"""Of all requests together: a model of many features gets fewer of them."""

_BEYOND: Final = 0.1
_MISSING: Final = 0.05
_UNKNOWN: Final = 0.03
_MOST_DECIMALS: Final = 6


def drawn_requests(features: Sequence[Feature], held_out: Sequence[Instance], seed: int) -> Iterator[Row]:
    """Yield requests whose values are drawn feature by feature.

    Parameters
    ----------
    features : sequence of Feature
        Of the contract.
    held_out : sequence of dict
        Rows of the data.
    seed : int
        The same seed draws the same requests.
    """
    generator = np.random.default_rng(seed)
    number = max(100, min(REQUESTS, MOST_VALUES // max(1, len(features))))
    columns = {feature.name: _column(feature, held_out, number, generator) for feature in features}
    for values in zip(*columns.values(), strict=True):
        yield Row(DRAWN, DRAWN, dict(zip(columns, values, strict=True)))


def _column(feature: Feature, held_out: Sequence[Instance], number: int, generator: np.random.Generator) -> list[Json]:
    seen: list[Json] = [value for row in held_out if (value := row[feature.name]) is not None]
    values = [seen[at] for at in generator.integers(0, len(seen), number)] if seen else [feature.example] * number
    if feature.type in {"number", "integer"} and not feature.categories:
        values = _numbers(feature, [float(v) for v in seen if isinstance(v, (int, float))], values, generator)
    if feature.categories is not None and feature.unknown_categories != "refuse":
        unknown = unknown_values(feature)
        for at in np.flatnonzero(generator.random(number) < _UNKNOWN):
            values[at] = unknown[int(at) % len(unknown)]
    if feature.takes_null:
        for at in np.flatnonzero(generator.random(number) < _MISSING):
            values[at] = None
    return values


def _numbers(feature: Feature, seen: Sequence[float], values: list[Json], generator: np.random.Generator) -> list[Json]:
    """Return half of the values as the data hold them and half drawn over the range and a tenth beyond it."""
    if not seen:
        return values
    low, high = min(seen), max(seen)
    span = (high - low) or abs(high) or 1.0
    drawn = generator.uniform(low - _BEYOND * span, high + _BEYOND * span, len(values))
    decimals = _decimals(seen)
    grids = [decimals, decimals + 1, 2]
    for at, value in enumerate(drawn):
        if at % 2:
            continue
        rounded = round(float(value), grids[at // 2 % len(grids)])
        found: float = round(rounded) if feature.type == "integer" else rounded
        if allows(feature, found):
            values[at] = found
    return values


def _decimals(seen: Sequence[float]) -> int:
    """Return the number of decimals of the data; ``_MOST_DECIMALS`` for measured values."""
    some = seen[:500]
    return next((each for each in range(_MOST_DECIMALS) if all(round(v, each) == v for v in some)), _MOST_DECIMALS)
