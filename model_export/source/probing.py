"""What the fitted model answers, found by calling it: the contract refuses what it refuses, and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from model_export.errors import InputError
from model_export.source.model.doubles import last_answered
from model_export.source.model.original import Silence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from inference_lib.contract.document import Feature, Json
    from model_export.source.instances import Instance
    from model_export.source.model.knowledge import Knowledge
    from model_export.source.model.original import Original

    Given = Mapping[str, AbstractSet[str]]
    Known = Mapping[str, Knowledge]

BASES: Final = 4
"""Rows of the data that a value is tried in."""

SPREAD: Final = 200
"""Rows of the data in which a number beyond a bound is tried, before each feature has the bound by itself."""

MAGNITUDES: Final = (1.7976931348623157e308, 1e300, 1e150, 1e100, 3.4028234663852886e38, 1e37, 1e30, 1e20, 1e15)
"""Tried from the largest on: doubles, their squares, and what float32 holds."""

BEYOND: Final = (0.1, 1.0, 10.0, 1e3, 1e7)
"""How far beyond the observed range a number is tried, in spans of that range."""

_UNKNOWN_TEXTS: Final = ("a category that nobody knows", "0", "Ångström")


@dataclass(frozen=True)
class Probed:
    """What was learned beside what is now in the features.

    Parameters
    ----------
    limit : float or None
        Largest magnitude of a number that the model answers; None where it answers every double.
    notes : tuple of str
        Sentences for the user.
    """

    limit: float | None
    notes: tuple[str, ...]


def probe(
    original: Original, features: Sequence[Feature], instances: Sequence[Instance], given: Given, known: Known
) -> Probed:
    """Set in the features what the model answers: null, unknown categories, and bounds of numbers.

    Parameters
    ----------
    original : Original
        The fitted model.
    features : sequence of Feature
        Changed in place.
    instances : sequence of dict
        Rows of the data.
    given : mapping of str to set of str
        Members by feature that people have set; they stay as they are.
    known : mapping of str to Knowledge
        What the model knows of each feature.

    Raises
    ------
    InputError
        The model answers none of the rows.
    """
    bases = _bases(original, instances)
    answered = _nulls(original, features, bases)
    open_ones = [feature for feature in features if not known[feature.name].refuses_unknown]
    notes = [*_categories(original, open_ones, bases, given, answered), *_nullable(features, given, known, answered)]
    numbers = [feature for feature in features if feature.type in {"number", "integer"} and not feature.categories]
    notes += _bounds(original, numbers, bases, _answered(original, instances), given)
    return Probed(_limit(original, numbers, bases), tuple(notes))


def _bases(original: Original, instances: Sequence[Instance]) -> list[Instance]:
    complete = sorted(instances, key=lambda row: sum(value is None for value in row.values()))[: 8 * BASES]
    answers = original.answers(complete)
    bases = [row for row, answer in zip(complete, answers, strict=True) if not isinstance(answer, Silence)]
    if not bases:
        (reason,) = {answer.reason for answer in answers[:1] if isinstance(answer, Silence)}
        raise InputError(
            f"The model answers no row of the data: {reason.rstrip('.')}. {original.versions()}"
            "Give rows in the form of the training data."
        )
    return bases[:: max(1, len(bases) // BASES)][:BASES]


def _tried(original: Original, bases: Sequence[Instance], changes: Sequence[Instance]) -> list[list[object]]:
    """Return the answers to each change, made in each of the bases."""
    answers = original.answers([base | change for change in changes for base in bases])
    return [list(answers[start : start + len(bases)]) for start in range(0, len(answers), len(bases))]


def _nulls(original: Original, features: Sequence[Feature], bases: Sequence[Instance]) -> dict[str, str]:
    """Return why null is refused, by feature; nothing for a feature of which null is answered."""
    refused: dict[str, str] = {}
    # One row first: what is refused in it need not be asked in the others, which costs a few calls for each of them.
    for some in filter(None, (bases[:1], bases[1:])):
        left = [feature.name for feature in features if feature.name not in refused]
        for name, answers in zip(left, _tried(original, some, [{name: None} for name in left]), strict=True):
            reasons = [answer.reason for answer in answers if isinstance(answer, Silence)]
            if reasons:
                refused[name] = reasons[0]
    return refused


def _nullable(features: Sequence[Feature], given: Given, known: Known, refused: Mapping[str, str]) -> Iterator[str]:
    for feature in features:
        if "nullable" in given.get(feature.name, ()):
            continue
        if feature.nullable and feature.name in refused:
            yield (
                f"{feature.name}: rows of the data hold no value, which the model refuses ({refused[feature.name]}); "
                "the API refuses it too, and they are left out"
            )
        # A null is a text that the encoder ignores, as any unknown one, unless the model knows what missing means.
        ignored = feature.type == "string" and feature.categories is not None and not known[feature.name].knows_missing
        feature.nullable = feature.name not in refused and not (ignored and not feature.nullable)


def _categories(
    original: Original,
    features: Sequence[Feature],
    bases: Sequence[Instance],
    given: Given,
    refused: Mapping[str, str],
) -> Iterator[str]:
    for feature in features:
        if feature.categories is None or "categories" in given.get(feature.name, ()):
            continue
        unknown: list[Instance] = [{feature.name: value} for value in unknown_values(feature)]
        if not original.answers_all([base | change for change in unknown for base in bases]):
            continue
        feature.unknown_categories = "answer texts" if feature.name in refused else "answer"
        if feature.type == "string":
            yield f"{feature.name}: a category that the model does not know is answered as the model does, and counted"


def unknown_values(feature: Feature) -> list[Json]:
    """Return values of a feature's type that its encoders do not know."""
    known = feature.categories or ()
    if feature.type == "string":
        return [text for text in _UNKNOWN_TEXTS if text not in known]
    numbers = [value for value in known if isinstance(value, (int, float))]
    whole: list[Json] = [max(numbers) + 77, min(numbers) - 1]
    fractions: list[Json] = [] if feature.type == "integer" else [numbers[0] + 0.5]
    return [value for value in (*whole, *fractions) if value not in known]


def _answered(original: Original, instances: Sequence[Instance]) -> list[Instance]:
    """Return rows from all of the data that are answered as they are: what others raise is no fault of a bound."""
    spread = instances[:: max(1, len(instances) // SPREAD)][:SPREAD]
    answers = original.answers(spread)
    return [row for row, answer in zip(spread, answers, strict=True) if not isinstance(answer, Silence)]


def _bounds(
    original: Original,
    numbers: Sequence[Feature],
    bases: Sequence[Instance],
    spread: Sequence[Instance],
    given: Given,
) -> Iterator[str]:
    """Find where the model begins to refuse a number, such as at zero before a logarithm."""
    for side, member in ((-1.0, "minimum"), (1.0, "maximum")):
        for feature in numbers:
            if member in given.get(feature.name, ()):
                continue
            edge = feature.observed_minimum if side < 0 else feature.observed_maximum
            bound = _bound(original, feature, bases, float(edge or 0.0), side)
            if bound is None or _is_of_the_row(
                original, feature, numbers, (bases, spread), math.nextafter(bound, math.inf * side)
            ):
                continue
            if side < 0:
                feature.minimum, feature.exclusive_minimum = _as_minimum(bound)
                least = f"{'above' if feature.exclusive_minimum else 'from'} {feature.minimum:g}"
                yield f"{feature.name}: the model refuses smaller numbers, and so does the API: {least} on"
            else:
                feature.maximum = bound
                yield f"{feature.name}: the model refuses greater numbers, and so does the API: up to {bound:g}"


def _bound(original: Original, feature: Feature, bases: Sequence[Instance], edge: float, side: float) -> float | None:
    low, high = float(feature.observed_minimum or 0.0), float(feature.observed_maximum or 0.0)
    span = max(high - low, abs(edge), 1.0)
    steps = [edge + side * span * factor for factor in BEYOND]
    if side < 0 < low:
        steps = sorted({*steps, 0.0}, reverse=True)

    def answers(numbers: Sequence[float]) -> bool:
        return original.answers_all([base | {feature.name: number} for number in numbers for base in bases])

    if answers(steps):
        return None
    first = next((at for at, step in enumerate(steps) if not answers([step])), None)
    if first is None:
        return None
    return last_answered(lambda number: answers([number]), (steps[first - 1] if first else edge), steps[first])


def _is_of_the_row(
    original: Original,
    feature: Feature,
    numbers: Sequence[Feature],
    rows: tuple[Sequence[Instance], Sequence[Instance]],
    outside: float,
) -> bool:
    """Tell whether other features decide if a number beyond a bound is answered, so that no feature has the bound.

    An exponential overflows or not by the sum of all features, and only some rows have a neighbour within a radius. The
    function refuses NaN and infinity itself. Where the model raises, the bound stays: the function must not meet a
    value that may raise.
    """
    changes: list[Instance] = [{feature.name: outside}]
    for member in ("observed_minimum", "observed_maximum"):
        ends = {other.name: getattr(other, member) for other in numbers if other.observed_minimum is not None}
        changes.append({**ends, feature.name: outside})
    # A few rows first: what raises is asked row by row.
    bases, spread = rows
    answers = [answer for each in _tried(original, bases, changes) for answer in each]
    if not any(isinstance(answer, Silence) and answer.raises for answer in answers):
        answers += [answer for each in _tried(original, spread, changes[:1]) for answer in each]
    silent = [answer for answer in answers if isinstance(answer, Silence)]
    return len(silent) < len(answers) and not any(answer.raises for answer in silent)


def _as_minimum(bound: float) -> tuple[float, bool]:
    """Return the minimum as people write it: 0, excluded, for the smallest double above it."""
    below = math.nextafter(bound, -math.inf)
    return (below + 0.0, True) if len(repr(below)) < len(repr(bound)) else (bound, False)


def _limit(original: Original, numbers: Sequence[Feature], bases: Sequence[Instance]) -> float | None:
    """Return the largest of ``MAGNITUDES`` that raises nowhere: alone in each feature, and in all of them."""
    for magnitude in MAGNITUDES:
        changes: list[Instance] = []
        for sign in (1.0, -1.0):
            allowed = [feature for feature in numbers if _is_allowed(feature, sign * magnitude)]
            changes += [{feature.name: sign * magnitude} for feature in allowed]
            changes.append({feature.name: sign * magnitude for feature in allowed})
        if not original.raises([bases[0] | change for change in changes]):
            return None if magnitude == MAGNITUDES[0] else magnitude
    return MAGNITUDES[-1]


def _is_allowed(feature: Feature, value: float) -> bool:
    return (feature.minimum is None or value > feature.minimum) and (
        feature.maximum is None or value <= feature.maximum
    )
