"""Rows at the edges of a model's input, where conversions go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inference_lib.contract.document import Feature, Json
    from model_export.source.instances import Instance

HELD_OUT: Final = "held-out row"
MIXED: Final = "mixed row"
DRAWN: Final = "drawn request"
BEYOND: Final = "beyond"
SEED: Final = 20_260_101
MAX_HELD_OUT: Final = 5000
MIXED_ROWS: Final = 500


@dataclass(frozen=True)
class Row:
    """One instance to prove.

    Parameters
    ----------
    group : str
        Kind of row, by which the report counts.
    note : str
        Why it is here.
    instance : dict
        Feature values by name.
    across : dict, optional
        An instance one double away, for which the original answers otherwise.
    """

    group: str
    note: str
    instance: Instance
    across: Instance | None = None


def held_out_rows(instances: Sequence[Instance]) -> list[Row]:
    """Return the given rows, or an evenly spaced choice of ``MAX_HELD_OUT`` of them."""
    step = max(1, -(-len(instances) // MAX_HELD_OUT))
    return [Row(HELD_OUT, HELD_OUT, instance) for instance in instances[::step]]


def mixed_rows(instances: Sequence[Instance], features: Sequence[Feature]) -> list[Row]:
    """Return ``MIXED_ROWS`` rows, each value drawn from another row: combinations that the data lack."""
    generator = np.random.default_rng(SEED)
    picks = generator.integers(0, len(instances), size=(MIXED_ROWS, len(features))).tolist()
    return [
        Row(
            MIXED,
            MIXED,
            {feature.name: instances[pick][feature.name] for feature, pick in zip(features, row, strict=True)},
        )
        for row in picks
    ]


def edge_rows(base: Instance, features: Sequence[Feature]) -> list[Row]:
    """Return a typical row with one feature at a time at an edge.

    Parameters
    ----------
    base : dict
        A typical row, complete where it can be.
    features : sequence of Feature
        In the order of the training data.

    Returns
    -------
    list of Row
        Each nullable feature missing, and all at once; each category; the ends of the observed and of the
        allowed range; zero and negative zero where they are allowed; both booleans.
    """
    rows = []
    missing: Instance = {feature.name: None for feature in features if feature.nullable}
    if len(missing) > 1:
        rows.append(Row("missing value", "every nullable feature missing", base | missing))
    for feature in features:
        for group, note, value in _edges(feature):
            rows.append(Row(group, f"{feature.name} {note}", base | {feature.name: value}))
    return rows


def _edges(feature: Feature) -> Iterator[tuple[str, str, Json]]:
    if feature.nullable:
        yield "missing value", "missing", None
    if feature.type == "string":
        for category in feature.categories or ():
            yield "category", f"is {category}", category
        if feature.categories is None:
            yield "text", "is empty", ""
            yield "text", "is not ASCII", "Ångström 北京 🙂"
            yield from _text_edges(str(feature.example))
    elif feature.type == "boolean":
        yield "category", "is true", True
        yield "category", "is false", False
    else:
        yield from _numeric_edges(feature)


def _text_edges(example: str) -> Iterator[tuple[str, str, Json]]:
    yield "text", "is in upper case", example.upper()
    yield "text", "is in lower case", example.lower()
    yield "text", "is twice its example", f"{example} {example}"
    yield "text", "is its example without blanks", example.replace(" ", "")
    yield "text", "has line breaks, tabs and marks", "\t".join(f"({word})!\n" for word in example.split())


def _numeric_edges(feature: Feature) -> Iterator[tuple[str, str, Json]]:
    low = feature.observed_minimum if feature.minimum is None else feature.minimum
    high = feature.observed_maximum if feature.maximum is None else feature.maximum
    yield "observed extreme", "at the lowest value of the data", feature.observed_minimum
    yield "observed extreme", "at the highest value of the data", feature.observed_maximum
    if feature.minimum is not None:
        yield "allowed extreme", "at its minimum", _plain(feature, feature.minimum)
    if feature.maximum is not None:
        yield "allowed extreme", "at its maximum", _plain(feature, feature.maximum)
    if low is not None and high is not None and low <= 0 <= high:
        yield "zero", "is zero", _plain(feature, 0.0)
        if feature.type == "number":
            yield "zero", "is negative zero", -0.0


def _plain(feature: Feature, value: float) -> float:
    return int(value) if feature.type == "integer" else float(value)
