"""Draws instances like those of the training data from the profile of a bundle."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from inference_lib.contract.document import PROFILE_FILE
from local_stack.errors import LocalStackError

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from inference_lib.contract.document import Contract, Feature

Instance = dict[str, Any]


@dataclass(frozen=True)
class Drift:
    """The drift of one feature from its training data.

    Parameters
    ----------
    feature : str
        Its name.
    sign : {"+", "*", "="}
        Add to numbers, multiply them, or replace every value.
    value : float, bool or str
        The amount, or the new value.
    """

    feature: str
    sign: str
    value: float | bool | str


def drift_of(text: str, contract: Contract) -> Drift:
    """Return the drift that ``NAME=+5``, ``NAME=-5``, ``NAME=*1.2`` or ``NAME=CATEGORY`` describes.

    Raises
    ------
    LocalStackError
        The model has no such feature, or numbers are expected.
    """
    name, equals, value = text.partition("=")
    feature = next((each for each in contract.features if each.name == name), None)
    if not equals or feature is None:
        names = ", ".join(each.name for each in contract.features)
        raise LocalStackError(f"--drift {text}: expected NAME=+5, NAME=*1.2 or NAME=CATEGORY; the features are {names}")
    if feature.type == "boolean":
        if value not in {"true", "false"}:
            raise LocalStackError(f"--drift {text}: {name} is a boolean; expected {name}=true or {name}=false")
        return Drift(name, "=", value == "true")
    if feature.type not in {"number", "integer"}:
        return Drift(name, "=", value)
    sign, amount = ("*", value[1:]) if value.startswith("*") else ("+", value)
    try:
        number = float(amount)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise LocalStackError(f"--drift {text}: {name} is a number; expected {name}=+5 or {name}=*1.2")
    return Drift(name, sign, number)


class Sampler:
    """Draws instances.

    Features are drawn independently, because the profile does not contain their dependencies; rows are drawn as a
    whole.

    Parameters
    ----------
    contract : Contract
        The features.
    bundle : Path
        With the profile.
    generator : random.Random
        Of random values.
    drifts : iterable of Drift
        Differences from the training data.
    missing : float
        Share of missing nullable values; negative for the share in the profile.
    rows : sequence of dict
        Instances to draw from instead of the profile.

    Raises
    ------
    LocalStackError
        The bundle has no profile.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the source of the values, and their drift
        self,
        contract: Contract,
        bundle: Path,
        generator: random.Random,
        drifts: Iterable[Drift] = (),
        missing: float = -1.0,
        rows: Sequence[Instance] = (),
    ) -> None:
        try:
            profile = json.loads((bundle / PROFILE_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise LocalStackError(f"{bundle / PROFILE_FILE}: cannot be read; export the model again") from error
        self._profiles: Mapping[str, Any] = profile["features"]
        self._contract = contract
        self._generator = generator
        self._drifts = {drift.feature: drift for drift in drifts}
        self._missing = missing
        self._rows = rows

    def instance(self) -> Instance:
        """Return one instance; except for drifts it satisfies the contract."""
        row = self._generator.choice(self._rows) if self._rows else None
        return {feature.name: self._value(feature, row) for feature in self._contract.features}

    def _value(self, feature: Feature, row: Instance | None) -> Any:  # noqa: ANN401 - a number, a text, a boolean or nothing
        profile = self._profiles.get(feature.name, {})
        share = self._missing if self._missing >= 0 else 0 if row is not None else profile.get("missing_share", 0)
        if feature.nullable and self._generator.random() < share:
            return None
        value = self._drawn(feature, profile) if row is None else row.get(feature.name)
        drift = self._drifts.get(feature.name)
        if drift is not None and drift.sign == "=" and value is not None:
            return drift.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        if drift is not None:
            value = value * float(drift.value) if drift.sign == "*" else value + float(drift.value)
        return round(value) if feature.type == "integer" else round(value, 6)

    def _drawn(self, feature: Feature, profile: Mapping[str, Any]) -> Any:  # noqa: ANN401 - likewise
        if profile.get("categories"):
            names, counts = zip(*profile["categories"].items(), strict=True)
            return _typed(feature, self._generator.choices(names, counts)[0])
        return self.number(feature, profile) if "edges" in profile else feature.example

    def number(self, feature: Feature, profile: Mapping[str, Any]) -> float:
        """Return a number from one of the profile's bins, in steps of the data's resolution."""
        edges: Sequence[float] = profile["edges"]
        counts: Sequence[int] = profile["counts"]
        lowest, highest = feature.observed_minimum, feature.observed_maximum
        if not edges:
            return feature.example if isinstance(feature.example, int | float) else 0.0
        first = edges[0] if lowest is None else min(lowest, edges[0])
        last = edges[-1] if highest is None else max(highest, edges[-1])
        position = self._generator.choices(range(len(counts)), counts)[0]
        step = 1.0 if feature.type == "integer" else resolution(edges)
        if position == 0:
            return max(first, edges[0] - _whole_steps(self._tail(edges[:2], edges[0] - first), step))
        if position == len(edges):
            # A bin includes its upper edge, and not its lower one.
            return min(last, edges[-1] + step + _whole_steps(self._tail(edges[-2:], last - edges[-1]), step))
        width = edges[position] - edges[position - 1]
        return edges[position] - _whole_steps(self._generator.uniform(0, width - step / 2), step)

    def _tail(self, next_edges: Sequence[float], most: float) -> float:
        """Draw the distance of a value beyond the outermost edge, with the density of the bin next to it."""
        width = min(next_edges[-1] - next_edges[0], most) or most
        return self._generator.expovariate(1 / width) if width else 0.0


def resolution(edges: Sequence[float]) -> float:
    """Return the largest step that all edges are multiples of, such as 0.1, or 15 for rounded minutes."""
    exponent = min(int(Decimal(str(edge)).normalize().as_tuple().exponent) for edge in edges)
    unit = Decimal(10) ** exponent
    return float(math.gcd(*(int(Decimal(str(edge)) / unit) for edge in edges)) * unit)


def _whole_steps(distance: float, step: float) -> float:
    return math.floor(distance / step) * step if step else distance


def _typed(feature: Feature, name: str) -> Any:  # noqa: ANN401 - as the feature has it
    if feature.type == "boolean":
        return name.lower() in {"true", "1"}
    if feature.type in {"number", "integer"}:
        return float(name) if feature.type == "number" else int(float(name))
    return name
