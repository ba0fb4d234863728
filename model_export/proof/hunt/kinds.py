"""Rows of kinds that data rarely hold and callers send: zeros, extremes, far beyond, missing, unknown, odd texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from model_export.proof.edges import BEYOND, Row
from model_export.proof.hunt.values import allows
from model_export.source.probing import unknown_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inference_lib.contract.document import Feature, Json
    from model_export.source.instances import Instance

FACTORS: Final = (1.1, 3.0, 1e3, 1e7)
"""How far beyond an observed extreme."""
EXACT: Final = (float(2**24 + 1), float(2**53), float(2**53 + 2), -float(2**24 + 1))
"""Whole numbers beside the largest that float32 and double hold all of."""
TINY: Final = (5e-324, 1e-300, 1e-45, 1e-20)
TEXTS: Final = (
    "",
    "a",
    "Ä",
    "\n",
    " ",
    "!",
    "a\nb",
    "ÉTÉ été",
    "x" * 300,
    "0",
    "nan",
    "None",
    "naïve café 2x",
    "日本語",
)

_MOST_CATEGORIES: Final = 200

ZEROS, MISSING, UNKNOWN, ODD_TEXT = "zeros", "missing", "unknown category", "odd text"


def rows_of_kinds(features: Sequence[Feature], bases: Sequence[Instance], limit: float | None) -> Iterator[Row]:
    """Yield rows of kinds, each with few features away from a row of the data.

    Parameters
    ----------
    features : sequence of Feature
        Of the contract; what it refuses is left out.
    bases : sequence of dict
        Rows of the data, one at least.
    limit : float or None
        Largest magnitude that the model answers.
    """
    numbers = [feature for feature in features if feature.type in {"number", "integer"} and not feature.categories]
    for base in bases:
        yield from _constants(numbers, base, limit)
        for feature in features:
            for group, value in _odd_values(feature, limit):
                yield Row(group, f"{feature.name} {group}", base | {feature.name: value})
        yield from _together(features, base)
    yield from _missing_in_pairs(features, bases[0])


def _constants(numbers: Sequence[Feature], base: Instance, limit: float | None) -> Iterator[Row]:
    for value in (0.0, -0.0, 1.0, -1.0):
        if row := _set_all(numbers, base, [value] * len(numbers), limit):
            yield Row(ZEROS, f"every number is {value:g}", row)
    for factor in (1.0, -1.0, *FACTORS):
        for side, name in ((0, "lowest"), (1, "highest")):
            ends = [(feature.observed_minimum or 0.0, feature.observed_maximum or 0.0)[side] for feature in numbers]
            if row := _set_all(numbers, base, [float(end) * factor for end in ends], limit):
                yield Row(BEYOND, f"every number at {factor:g} times its {name} value", row)


def _set_all(
    numbers: Sequence[Feature], base: Instance, values: Sequence[float], limit: float | None
) -> Instance | None:
    typed = [_typed(feature, value) for feature, value in zip(numbers, values, strict=True)]
    changed: Instance = {
        feature.name: value
        for feature, value in zip(numbers, typed, strict=True)
        if allows(feature, value) and _within(value, limit)
    }
    return base | changed if changed else None


def _odd_values(feature: Feature, limit: float | None) -> Iterator[tuple[str, Json]]:
    if feature.takes_null:
        yield MISSING, None
    if feature.categories is not None:
        yield from _categories(feature, feature.categories)
    elif feature.type == "string":
        yield from ((ODD_TEXT, text) for text in TEXTS)
    elif feature.type in {"number", "integer"}:
        for value in dict.fromkeys(_typed(feature, each) for each in (*_far(feature), *_at(limit))):
            if allows(feature, value) and _within(value, limit):
                yield BEYOND, value


def _categories(feature: Feature, categories: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    for category in categories[:_MOST_CATEGORIES]:
        yield "category", category
    if feature.unknown_categories == "refuse":
        return
    for unknown in unknown_values(feature):
        yield UNKNOWN, unknown
    if feature.type == "string":
        for text in ("", *(case for category in categories[:5] for case in _cases(category))):
            if text not in categories:
                yield ODD_TEXT, text


def _cases(text: object) -> list[str]:
    said = str(text)
    return [said.upper(), said.lower(), said.title(), f" {said}", f"{said} ", said[:-1]]


def _far(feature: Feature) -> Iterator[float]:
    low, high = float(feature.observed_minimum or 0.0), float(feature.observed_maximum or 0.0)
    yield from (0.0, -0.0, low, high, -low, -high)
    for factor in FACTORS:
        yield from (
            low * factor,
            high * factor,
            -high * factor,
            low - factor * (high - low),
            high + factor * (high - low),
        )
    yield from EXACT
    yield from TINY


def _at(limit: float | None) -> tuple[float, ...]:
    return () if limit is None or limit > FACTORS[-1] ** 3 else (limit, -limit)


def _typed(feature: Feature, value: float) -> float:
    return int(value) if feature.type == "integer" else value


def _within(value: float, limit: float | None) -> bool:
    return limit is None or abs(value) <= limit


def _together(features: Sequence[Feature], base: Instance) -> Iterator[Row]:
    nullable: Instance = {feature.name: None for feature in features if feature.takes_null}
    if len(nullable) > 1:
        yield Row(MISSING, "every nullable feature missing", base | nullable)
    open_ones = [f for f in features if f.categories is not None and f.unknown_categories != "refuse"]
    if len(open_ones) > 1:
        yield Row(UNKNOWN, "every category unknown", base | {f.name: unknown_values(f)[0] for f in open_ones})


def _missing_in_pairs(features: Sequence[Feature], base: Instance) -> Iterator[Row]:
    nullable = [feature.name for feature in features if feature.takes_null][:12]
    for at, first in enumerate(nullable):
        for second in nullable[at + 1 :]:
            yield Row(MISSING, f"{first} and {second} missing", base | {first: None, second: None})
