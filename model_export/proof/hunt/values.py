"""Values beside a seam: the neighbours at which a rounding anywhere on the way shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inference_lib.contract.document import Feature, Json

DECIMALS: Final = (0, 1, 2, 3)
"""People type numbers on these grids."""


def beside(feature: Feature, below: float, above: float) -> list[Json]:
    """Return the values of a feature to try at a crossing, each once and in order of nearness.

    Parameters
    ----------
    feature : Feature
        An integer feature takes whole numbers alone.
    below, above : float
        Neighbouring doubles on the two sides.
    """
    if feature.type == "integer":
        whole = sorted({math.floor(below), math.ceil(above), math.floor(below) - 1, math.ceil(above) + 1})
        return [value for value in whole if allows(feature, value)]
    near = filter(math.isfinite, dict.fromkeys(_near(below, above)))
    return [value for value in near if allows(feature, value)]


def _near(below: float, above: float) -> Iterator[float]:
    yield below
    yield above
    yield math.nextafter(below, -math.inf)
    yield math.nextafter(above, math.inf)
    with np.errstate(over="ignore"):
        single = np.float32(below)
    for near in (single, np.nextafter(single, np.float32(-np.inf)), np.nextafter(single, np.float32(np.inf))):
        if np.isfinite(near):
            yield float(near)
    for decimals in DECIMALS:
        middle = round(below, decimals)
        step = 10.0**-decimals
        yield from (middle, round(middle - step, decimals), round(middle + step, decimals))


def allows(feature: Feature, value: Json) -> bool:
    """Tell whether the contract takes a value, its largest magnitude aside."""
    if value is None:
        return feature.takes_null
    if feature.categories is not None and value not in feature.categories and feature.unknown_categories == "refuse":
        return False
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return True
    if feature.minimum is not None and (
        value < feature.minimum or (feature.exclusive_minimum and value <= feature.minimum)
    ):
        return False
    return feature.maximum is None or value <= feature.maximum
